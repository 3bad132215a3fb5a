namespace CdcLake.StarRocks.Ddl;

/// <summary>
/// Other columns for a table that exists. ALTER TABLE only begins that: the cluster does it in the background, one such job for a table at a time, after the loads that were open before.
/// </summary>
/// <param name="frontend">Runs the statements.</param>
/// <param name="table">Which one.</param>
/// <param name="pause">Waits a moment; false when it has waited long enough.</param>
internal sealed class TableAlteration(Frontend frontend, TableName table, Func<CancellationToken, Task<bool>> pause)
{
    /// <summary>What leads from the columns that are there to those that are wanted; empty when they are there, null when ALTER TABLE does not lead there.</summary>
    public static string? Clauses(TargetTable wanted, IReadOnlyList<FoundColumn> found, IEnumerable<FoundColumn> gone)
    {
        var clauses = new List<string>();
        foreach (var column in wanted.Columns)
        {
            var declaration = $"{SqlText.Name(column.Name)} {column.Type} NULL";
            if (found.FirstOrDefault(f => f.IsNamed(column.Name)) is not { } there)
            {
                clauses.Add($"ADD COLUMN {declaration}");
            }
            else if (!there.Holds(column.Type) || (column.IsNullable && !there.IsNullable))
            {
                if (column.IsKey || !there.CanBecome(column.Type))
                {
                    return null;
                }

                clauses.Add($"MODIFY COLUMN {declaration}");
            }
        }

        clauses.AddRange(gone.Select(f => $"DROP COLUMN {SqlText.Name(f.Name)}"));
        return string.Join(", ", clauses);
    }

    /// <summary>Begins the change and waits until it is done.</summary>
    /// <exception cref="CatalogException">The cluster cancelled it.</exception>
    /// <exception cref="StarRocksLoadException">It takes longer than is waited for (transient): the next run waits on.</exception>
    public async Task RunAsync(string clauses, CancellationToken cancellationToken)
    {
        var former = await LastAsync(cancellationToken).ConfigureAwait(false);
        await BeginAsync(clauses, former.Id, cancellationToken).ConfigureAwait(false);
        await WaitAsync(cancellationToken).ConfigureAwait(false);
        var last = await LastAsync(cancellationToken).ConfigureAwait(false);
        if (last.Id != former.Id && last.State == "CANCELLED")
        {
            throw new CatalogException($"StarRocks cancelled the change of table {table} (ALTER TABLE {table.Quoted} {clauses}): {last.Message}. The table is as it was before, but empty; the next start of the pipeline tries again.");
        }
    }

    // A statement whose answer was lost is run twice, and the second time there is a job already, or its columns.
    private async Task BeginAsync(string clauses, string former, CancellationToken cancellationToken)
    {
        try
        {
            await frontend.QueryAsync($"ALTER TABLE {table.Quoted} {clauses}", cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException)
        {
            if ((await LastAsync(cancellationToken).ConfigureAwait(false)).Id == former)
            {
                throw;
            }
        }
    }

    /// <summary>Waits until no change of the table is going on.</summary>
    /// <exception cref="StarRocksLoadException">That takes longer than is waited for (transient).</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (await LastAsync(cancellationToken).ConfigureAwait(false) is { State: not ("FINISHED" or "CANCELLED" or "") } going)
        {
            if (!await pause(cancellationToken).ConfigureAwait(false))
            {
                throw new StarRocksLoadException(
                    $"The change of the columns of StarRocks table {table} is still {going.State}: see SHOW ALTER TABLE COLUMN FROM {SqlText.Name(table.Database)}. In WAITING_TXN it waits for loads that began before: SHOW PROC '/transactions'.") { IsTransient = true };
            }
        }
    }

    private async Task<(string Id, string State, string Message)> LastAsync(CancellationToken cancellationToken)
    {
        var jobs = await frontend.QueryAsync(
            $"SHOW ALTER TABLE COLUMN FROM {SqlText.Name(table.Database)} WHERE TableName = {SqlText.Literal(table.Table)} ORDER BY JobId DESC LIMIT 1", cancellationToken).ConfigureAwait(false);
        return jobs.Count == 0 ? ("", "", "") : (jobs[0, "JobId"] ?? "", jobs[0, "State"]?.ToUpperInvariant() ?? "", jobs[0, "Msg"] ?? "");
    }
}
