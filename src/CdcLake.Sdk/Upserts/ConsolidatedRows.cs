using CdcLake.Columnar;
using CdcLake.State.Rows;

namespace CdcLake.Upserts;

/// <summary>A piece of what a sink commits. Belongs to whoever took it from the consolidator, who disposes it.</summary>
internal sealed class ConsolidatedRows : IDisposable
{
    private readonly bool[] _replaces;

    public ConsolidatedRows(ChangeBatch rows, EncodedRows keys, bool[] replaces)
    {
        Rows = rows;
        Keys = keys;
        _replaces = replaces;
    }

    /// <summary>For upserts the whole rows with weight +1; for deletes only the key columns, in key order, with weight −1.</summary>
    public ChangeBatch Rows { get; }

    /// <summary>The key of each row of <see cref="Rows"/>, hashes computed.</summary>
    public EncodedRows Keys { get; }

    public int Count => Rows.Count;

    /// <summary>For each row whether the target held a row of this key when the consolidator first asked; always true for deletes.</summary>
    public ReadOnlySpan<bool> Replaces => _replaces.AsSpan(0, Count);

    public void Dispose()
    {
        Rows.Dispose();
        Keys.Dispose();
    }
}
