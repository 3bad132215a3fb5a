namespace CdcLake;

/// <summary>What becomes of dates that MySQL can hold and no calendar has: <c>0000-00-00</c>, <c>2026-00-15</c>, <c>2026-02-30</c>.</summary>
public enum InvalidDates
{
    /// <summary>The pipeline stops with an error that names table, column and value.</summary>
    Error,

    /// <summary>They become null. In a NOT NULL column the pipeline stops as with <see cref="Error"/>.</summary>
    Null,

    /// <summary>They become 1970-01-01, at midnight where the column has a time; such rows can no longer be told from those with that very date.</summary>
    Epoch,

    /// <summary>The whole column becomes text: every date as MySQL prints it, a TIMESTAMP in UTC. Nothing is lost, and the column is a string in queries and in the lake.</summary>
    Text,
}
