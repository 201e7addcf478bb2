"""What reports over events say, from the aggregates that engines give: pure."""
