using CdcLake.Connectors;

namespace CdcLake;

/// <summary>
/// All tables of a database of a <see cref="MySqlSource"/>, those included that are created while a pipeline runs; views are none. Patterns have <c>*</c> for any characters and <c>?</c> for one,
/// and letter case does not matter. Immutable.
/// </summary>
public sealed class MySqlDatabase
{
    internal MySqlDatabase(MySqlSource source, TableSelection selection) => (Source, Selection) = (source, selection);

    /// <summary>As it was given to <see cref="MySqlSource.Database"/>: <c>shop</c>.</summary>
    public string Name => Selection.Database;

    internal MySqlSource Source { get; }

    internal TableSelection Selection { get; }

    /// <summary>Takes only tables that match one of the patterns, of this call or an earlier one.</summary>
    /// <param name="tables">Names without the database: <c>orders</c>, <c>order_*</c>.</param>
    /// <returns>Another object.</returns>
    /// <exception cref="ArgumentException">A pattern is empty.</exception>
    public MySqlDatabase Include(params string[] tables) => new(Source, Selection with { Included = [.. Selection.Included, .. Checked(tables)] });

    /// <summary>Leaves out tables that match one of the patterns, also where they are included.</summary>
    /// <param name="tables">Names without the database: <c>tmp_*</c>, <c>_*_gho</c>.</param>
    /// <returns>Another object.</returns>
    /// <exception cref="ArgumentException">A pattern is empty.</exception>
    public MySqlDatabase Exclude(params string[] tables) => new(Source, Selection with { Excluded = [.. Selection.Excluded, .. Checked(tables)] });

    /// <inheritdoc/>
    public override string ToString() => Selection.ToString();

    private static string[] Checked(string[] tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        foreach (var table in tables)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(table, nameof(tables));
        }

        return tables;
    }
}
