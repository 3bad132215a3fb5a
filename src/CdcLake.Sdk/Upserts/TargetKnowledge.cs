namespace CdcLake.Upserts;

/// <summary>How a <see cref="Consolidator"/> knows which keys its target holds.</summary>
internal enum TargetKnowledge
{
    /// <summary>The target says it, rows included that it took since the last commit.</summary>
    Asked = 0,

    /// <summary>
    /// It cannot say, and the changes are believed: a key of which a row is withdrawn was there, any other was not. Rows that it took since the last commit are added again before their
    /// key changes again.
    /// </summary>
    Believed = 1,

    /// <summary>It cannot say, and holds nothing but what it took since the last commit, which is added again likewise.</summary>
    Empty = 2,
}
