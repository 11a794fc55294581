"""Where the bill is going: daily costs go in, expected months with bands and their error come out.

`build.build` is the way in. Costs are forecast for the smallest parts there are (a resource's
service and kind of charge) and added up, so that children always add up to their parents.
"""
