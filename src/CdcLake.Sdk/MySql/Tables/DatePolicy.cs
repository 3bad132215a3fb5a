using CdcLake.Common;

namespace CdcLake.MySql.Tables;

/// <summary>What becomes of dates that no calendar has, column by column. Immutable.</summary>
/// <param name="usual">Where nothing else is said.</param>
/// <param name="byName">By table (<c>appdb.posts</c>) or column (<c>appdb.posts.created</c>); case does not matter, and the column's word counts more.</param>
internal sealed class DatePolicy(InvalidDates usual, IEnumerable<KeyValuePair<string, InvalidDates>> byName)
{
    private readonly Dictionary<string, InvalidDates> _byName = new(byName, StringComparer.OrdinalIgnoreCase);

    /// <summary>They are an error everywhere.</summary>
    public static DatePolicy Strict { get; } = new(InvalidDates.Error, []);

    /// <summary>The columns with what is said for them.</summary>
    /// <param name="table">Qualified name.</param>
    /// <param name="columns">All columns of the table.</param>
    /// <exception cref="SchemaMismatchException">A column is named that the table does not have, or that holds no dates.</exception>
    public MySqlColumn[] Apply(string table, IReadOnlyList<MySqlColumn> columns)
    {
        foreach (var name in _byName.Keys)
        {
            if (name.StartsWith(table + ".", StringComparison.OrdinalIgnoreCase))
            {
                Check(table, name[(table.Length + 1)..], columns);
            }
        }

        return [.. columns.Select(c => HoldsDates(c) ? c with { InvalidDates = Of(table, c.Name) } : c)];
    }

    private InvalidDates Of(string table, string column) =>
        _byName.TryGetValue($"{table}.{column}", out var own) || _byName.TryGetValue(table, out own) ? own : usual;

    private static bool HoldsDates(MySqlColumn column) => column.Type is MySqlTypeCode.Date or MySqlTypeCode.DateTime2 or MySqlTypeCode.Timestamp2;

    private static void Check(string table, string name, IReadOnlyList<MySqlColumn> columns)
    {
        var dates = columns.Where(HoldsDates).Select(c => c.Name).ToList();
        if (!dates.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            var near = NearestNames.Of(name, dates);
            throw new SchemaMismatchException(
                $"{nameof(MySqlSourceOptions.InvalidDatesOf)} names column \"{name}\" of {table}, which is no DATE, DATETIME or TIMESTAMP column of it." +
                (near.Count == 0 ? " The table has none; remove the entry." : $" It has: {string.Join(", ", near)}."));
        }
    }
}
