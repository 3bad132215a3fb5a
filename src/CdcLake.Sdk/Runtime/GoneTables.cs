using CdcLake.Connectors;
using CdcLake.Planning.Logical;

namespace CdcLake.Runtime;

/// <summary>Replicas of tables of a database that are not there any more when a run begins: dropped or renamed while nobody read the log. The same becomes of them as at any other time.</summary>
/// <param name="database">Where tables come and go.</param>
/// <param name="pipeline">Whose replicas count.</param>
internal sealed class GoneTables(LogicalDatabase database, string pipeline)
{
    /// <param name="there">Qualified names of the tables that are there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Replicas of tables that are meant and not there, without those that are kept as they are.</returns>
    public async Task<IReadOnlyList<GoneTable>> FindAsync(IReadOnlyList<string> there, CancellationToken cancellationToken)
    {
        var gone = new List<GoneTable>();
        foreach (var replica in database.Replicas.Where(r => r.OnDrop != DroppedTables.Keep))
        {
            var found = await replica.FindAsync(pipeline, cancellationToken).ConfigureAwait(false);
            gone.AddRange(found
                .Where(f => database.Selection.TakesQualified(f.Table) && !there.Contains(f.Table, StringComparer.OrdinalIgnoreCase))
                .Select(f => new GoneTable(f.Table, f.Name, f.Target, replica.OnDrop)));
        }

        return [.. gone.OrderBy(g => g.Table, StringComparer.Ordinal)];
    }

    /// <summary>Does with them what the pipeline says.</summary>
    /// <exception cref="SchemaMismatchException">It is not to go on without one of them.</exception>
    public static async Task FollowAsync(IReadOnlyList<GoneTable> gone, string pipeline, CancellationToken cancellationToken)
    {
        if (gone.FirstOrDefault(g => g.Policy == DroppedTables.Fail) is { } wanted)
        {
            throw new SchemaMismatchException(
                $"Table {wanted.Table} was dropped or renamed while pipeline \"{pipeline}\" did not run, and is not to be missed ({nameof(DroppedTables)}.{nameof(DroppedTables.Fail)}). Its replica {wanted.Replica} stays as it was. "
                + "Restore the table, or drop its replica: the pipeline then runs without it.");
        }

        foreach (var table in gone)
        {
            await table.Target.RemoveAsync(pipeline, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>One of them.</summary>
/// <param name="Table">Qualified name of the table that was there.</param>
/// <param name="Replica">Name of its replica.</param>
/// <param name="Target">The replica.</param>
/// <param name="Policy">What becomes of it.</param>
internal sealed record GoneTable(string Table, string Replica, IRemovableTarget Target, DroppedTables Policy);
