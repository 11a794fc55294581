"""What only `make test-wide` runs: what matches, and the cheaper tests that show the same.

Where a file is named as its own, what is left of its cases does. A comment says what they miss.
"""

WIDE = {
    r"test_faults.py::test_the_focus_report\[(?!uncompressed|download_trunc|asked_403|failed)": (
        "atlas/test_reports.py"
    ),
    r"test_faults.py::test_a_list_of_clusters\[(?!503_twice|404|html)": "atlas/test_errors.py",
    r"test_faults.py::test_the_invoice_list\[(?!503_twice|403|html)": "e2e/test_faults.py",
    r"test_faults.py::test_one_invoice\[(?!503_twice|cut_mid|half_a_body-|404|html|401-)": (
        "atlas/test_errors.py, atlas/test_transfer.py"
    ),
    r"test_faults.py::test_a_list_that_changes\S*\[/orgs": "e2e/test_faults.py",
    r"test_faults_published.py::": "e2e/test_faults.py, e2e/test_connections.py",
    r"test_fault_circumstances.py::test_where_tokens_come_from": "atlas/test_auth.py",
    r"test_fault_circumstances.py::test_a_token_that_expires\S*\[3": "atlas/test_auth.py",
    r"test_fault_circumstances.py::test_every_document_broken\S*\[(?!installed-html)": (
        "e2e/test_fault_circumstances.py"
    ),
    r"test_connections.py::\S*(counted_once\S*\[pay|_come_and_go)": "e2e/test_connections.py",
    r"test_connections.py::test_one_organization_out\S*\[(?!for_an_hour|hangs_up)": (
        "e2e/test_faults.py"
    ),
    r"test_every_page.py::\w+\[(?!overview|cost_report)\w+-dark\]": "dashboard/test_design.py",
    r"test_every_page.py::\w+_hears_\w+\[(?!overview-light|cost_report-light)": (
        "e2e/test_every_page.py, dashboard/test_design.py"
    ),
    # kinds of change that the one random day has not
    r"test_incremental.py::test_whatever_changes": (
        "dbt/test_incremental.py, dbt/test_selection.py, e2e/test_refresh.py"
    ),
    r"test_incremental.py::test_a_build_that_was_killed": "e2e/test_kill.py",
    r"test_identities.py::.*(first_seen|key = 'env'|key = 'project')": "e2e/test_identities.py",
    r"test_identities.py::.*step = '(list|discount|rounding|commitment_sh|tax|unexplained)": (
        "e2e/test_identities.py"
    ),
    r"test_cost_report.py::test_a_chart_is\S*\[(?!bar|pie)": "e2e/test_cost_report.py",
    r"test_selection.py::test_where_lines_change\S*\[tables1": "dbt/test_selection.py",
    r"test_rules.py::test_rules_and_statements": (
        "e2e/test_identities.py, dbt/test_allocation.py, orchestration/test_statements.py"
    ),
    r"e2e/test_savings.py::": "dbt/test_saving_rules.py",
    r"e2e/test_rebuild.py::": "e2e/test_restore.py",
    r"e2e/test_never_seen_sku.py::": "dbt/test_taxonomy.py, dbt/test_marts.py",
    # what an action made, in files of the refresh after it
    r"actions/test_secrets.py::test_no_action\S*\[refresh": (
        "actions/test_secrets.py, e2e/test_secrets.py, orchestration/test_raw_actions.py"
    ),
    r"test_matrix_waiting.py::test_killed\S*\[(?!create_cluster|restore\])": (
        "actions/test_matrix_waiting.py"
    ),
    r"test_moved_models.py::\S*(beside models|_stayed_)": "orchestration/test_moved_models.py",
    r"test_lake.py::test_readers_during_twenty_exports\S*\[s3": "orchestration/test_lake.py",
    r"test_report_command.py::test_each_built_in_report\S*\[(?!this-month)": (
        "dashboard/test_reports_page.py, reporting/test_documents.py"
    ),
}
