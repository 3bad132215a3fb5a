using CdcLake.Connectors;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

/// <summary>Compares what the log says about a table with what the pipeline was planned for. Columns are found by name: where they stand, and what else there is, is the log's affair.</summary>
internal static class TableDefinitionCheck
{
    private const string Advice = "The definition was changed while the table was captured, or before the log begins. Start the pipeline anew with an empty target, so that it reads the table as it is now.";

    /// <summary>Finds the captured columns.</summary>
    /// <param name="planned">What the pipeline reads.</param>
    /// <param name="logged">All columns that the table has in the log.</param>
    /// <returns>For each captured column its ordinal in the log.</returns>
    /// <exception cref="SchemaMismatchException">A captured column is gone, has another type or became nullable, the key is another one, or there is a new column and all are read; the message names the first difference.</exception>
    public static int[] Find(TableCapture planned, IReadOnlyList<MySqlColumn> logged)
    {
        var table = planned.Table;
        var found = planned.Columns.Select(c => Find(table, c, logged)).ToArray();
        if (planned.ReadsAll && logged.Count > found.Length)
        {
            var more = Enumerable.Range(0, logged.Count).Except(found).Select(i => $"\"{logged[i].Name}\"");
            Throw(table, $"the log adds {string.Join(", ", more)}");
        }

        // Who reads only a part of the key takes no key from the table.
        var key = Enumerable.Range(0, logged.Count).Where(i => logged[i].KeyOrder > 0).OrderBy(i => logged[i].KeyOrder).Select(i => logged[i].Name).ToList();
        var wanted = table.PrimaryKey.Select(k => table.Schema[k].Name).ToList();
        if (wanted.Count > 0 && table.PrimaryKey.All(planned.Columns.Contains) && !key.SequenceEqual(wanted, StringComparer.OrdinalIgnoreCase))
        {
            Throw(table, $"its primary key was ({string.Join(", ", wanted)}) and is ({string.Join(", ", key)}) in the log");
        }

        return found;
    }

    private static int Find(SourceTable planned, int ordinal, IReadOnlyList<MySqlColumn> logged)
    {
        var field = planned.Schema[ordinal];
        for (var i = 0; i < logged.Count; i++)
        {
            if (logged[i].Name.Equals(field.Name, StringComparison.OrdinalIgnoreCase))
            {
                Check(planned, ordinal, logged[i]);
                return i;
            }
        }

        Throw(planned, $"the log lacks column \"{field.Name}\"; it has {string.Join(", ", logged.Select(c => $"\"{c.Name}\""))}");
        return -1;
    }

    private static void Check(SourceTable planned, int ordinal, MySqlColumn column)
    {
        var field = planned.Schema[ordinal];
        if (field.Type != column.DataType || planned.Unsupported.ContainsKey(ordinal) != (column.Unsupported is not null))
        {
            Throw(planned, $"column \"{field.Name}\" was {planned.NativeTypes[ordinal]} and is {column.NativeType} in the log");
        }

        if (column.IsNullable && !field.Nullable)
        {
            Throw(planned, $"column \"{field.Name}\" ({column.NativeType}) was NOT NULL and may hold NULL in the log");
        }
    }

    private static void Throw(SourceTable planned, string difference) =>
        throw new SchemaMismatchException($"Table {planned.Name}: {difference}. {Advice}");
}
