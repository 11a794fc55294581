"""The published marts as Parquet files in a folder or bucket, listed by a manifest swapped last."""
