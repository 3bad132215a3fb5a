using CdcLake.Connectors;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

/// <summary>Compares what the log says about a table with what the pipeline was planned for.</summary>
internal static class TableDefinitionCheck
{
    private const string Advice = "The definition was changed while the table was captured, or before the log begins. Start the pipeline anew with an empty target, so that it reads the table as it is now.";

    /// <exception cref="SchemaMismatchException">Another column, name, type, a column that became nullable, or another key; the message names the first difference.</exception>
    public static void Check(SourceTable planned, IReadOnlyList<MySqlColumn> logged)
    {
        for (var i = 0; i < Math.Min(planned.Schema.Count, logged.Count); i++)
        {
            var (field, column) = (planned.Schema[i], logged[i]);
            if (!string.Equals(field.Name, column.Name, StringComparison.OrdinalIgnoreCase))
            {
                Throw(planned, $"column {i + 1} was \"{field.Name}\" and is \"{column.Name}\" in the log");
            }

            if (field.Type != column.DataType || planned.Unsupported.ContainsKey(i) != (column.Unsupported is not null))
            {
                Throw(planned, $"column \"{field.Name}\" was {planned.NativeTypes[i]} and is {column.NativeType} in the log");
            }

            if (column.IsNullable && !field.Nullable)
            {
                Throw(planned, $"column \"{field.Name}\" ({column.NativeType}) was NOT NULL and may hold NULL in the log");
            }
        }

        if (planned.Schema.Count != logged.Count)
        {
            var names = planned.Schema.Count > logged.Count ? planned.Schema.Fields.Select(f => f.Name) : logged.Select(c => c.Name);
            var extra = string.Join(", ", names.Skip(Math.Min(planned.Schema.Count, logged.Count)).Select(n => $"\"{n}\""));
            Throw(planned, $"the log {(planned.Schema.Count > logged.Count ? "lacks" : "adds")} {extra}");
        }

        var key = Enumerable.Range(0, logged.Count).Where(i => logged[i].KeyOrder > 0).OrderBy(i => logged[i].KeyOrder);
        if (!key.SequenceEqual(planned.PrimaryKey))
        {
            Throw(planned, $"its primary key was ({KeyText(planned, planned.PrimaryKey)}) and is ({KeyText(planned, key)}) in the log");
        }
    }

    private static string KeyText(SourceTable table, IEnumerable<int> ordinals) => string.Join(", ", ordinals.Select(o => table.Schema[o].Name));

    private static void Throw(SourceTable planned, string difference) =>
        throw new SchemaMismatchException($"Table {planned.Name}: {difference}. {Advice}");
}
