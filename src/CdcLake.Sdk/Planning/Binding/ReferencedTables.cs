using CdcLake.Connectors;

namespace CdcLake.Planning.Binding;

/// <summary>
/// What has to be read beside the tables and columns of a query, so that foreign keys can be followed which the source's log does not tell: the tables that rows refer to, directly and through
/// others, and the columns on both sides.
/// </summary>
internal sealed class ReferencedTables
{
    private readonly IReadOnlyDictionary<string, SourceTable> _tables;
    private readonly Dictionary<string, SortedSet<int>> _referenced = new(StringComparer.Ordinal);

    /// <param name="names">Tables of the query.</param>
    /// <param name="tables">By qualified name; those that are referred to too.</param>
    public ReferencedTables(IReadOnlyList<string> names, IReadOnlyDictionary<string, SourceTable> tables)
    {
        _tables = tables;
        Names = Closure(names);
        foreach (var key in Names.SelectMany(n => KeysOf(n)))
        {
            if (!_referenced.TryGetValue(key.Parent, out var columns))
            {
                _referenced.Add(key.Parent, columns = []);
            }

            columns.UnionWith(key.ParentColumns);
        }
    }

    /// <summary>The tables of the query, then those that they refer to.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Ordinals of the columns of a table that others refer to; empty for none.</summary>
    public IReadOnlyList<int> ReferencedOf(string name) => [.. _referenced.GetValueOrDefault(name) ?? []];

    /// <summary>Ordinals of the columns of a table that foreign keys need: those that refer, and those that are referred to.</summary>
    public IEnumerable<int> ColumnsOf(string name) => KeysOf(name).SelectMany(k => k.Columns).Concat(ReferencedOf(name)).Distinct();

    /// <summary>A table and those that it refers to, directly and through others.</summary>
    public List<string> ClosureOf(string name) => Closure([name]);

    private IReadOnlyList<ForeignKey> KeysOf(string name) => _tables.GetValueOrDefault(name)?.ForeignKeys ?? [];

    private List<string> Closure(IReadOnlyList<string> names)
    {
        var found = new List<string>(names);
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(KeysOf(found[i]).Select(k => k.Parent).Distinct().Except(found).ToList());
        }

        return found;
    }
}
