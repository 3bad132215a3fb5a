using CdcLake.Connectors;
using CdcLake.Expressions;
using CdcLake.Planning;

namespace CdcLake.Flink.Sql;

/// <summary>
/// Tells sinks that delete whatever row the log deletes, from those before which Flink puts its materializer: that passes over deletes of rows it has not seen, so a job with one cannot go on with a table that
/// others have filled.
/// </summary>
internal static class KnownRows
{
    /// <summary>True for a copy of one table under a key that has the table's primary key in it.</summary>
    /// <param name="sink">The sink.</param>
    /// <param name="captures">Of the plan.</param>
    public static bool AreNotNeeded(SinkNode sink, IReadOnlyList<TableCapture> captures)
    {
        var key = sink.Key.ToList();
        var node = sink.Input;
        while (true)
        {
            switch (node)
            {
                case ProjectNode project:
                    key = [.. key.Select(k => project.Columns[k]).OfType<BoundColumn>().Select(c => c.Ordinal)];
                    node = project.Input;
                    break;
                case ForeignKeysNode keys:
                    key = [.. key.Select(k => keys.Columns[k])];
                    node = keys.Tables[0];
                    break;
                case TableNode table:
                    var capture = captures[table.Table];
                    return !capture.Table.PrimaryKey.Except(key.Select(k => capture.Columns[k])).Any();
                default:
                    return false;
            }
        }
    }
}
