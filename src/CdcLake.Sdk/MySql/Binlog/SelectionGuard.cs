using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Statements;

namespace CdcLake.MySql.Binlog;

/// <summary>Decides what a logged statement means for the tables of a database: which come, go, or have to be read anew. Not thread-safe.</summary>
/// <param name="tables">The captured tables.</param>
/// <param name="selected">The others.</param>
/// <param name="options">What may be followed.</param>
internal sealed class SelectionGuard(CaptureSet tables, SelectedTables selected, BinlogProcessorOptions options)
{
    private readonly List<Alteration> _changes = [];
    private readonly List<string> _unclear = [];

    /// <param name="statement">A statement that defines tables.</param>
    /// <param name="transaction">The open one, which is not included yet.</param>
    /// <param name="mayFollow">The stream can be told of a change here.</param>
    /// <returns>What becomes of captured tables. Where the log cannot be followed for some, <see cref="CaptureSet.Interruption"/> says so, and nothing else counts.</returns>
    public IReadOnlyList<Alteration> Read(Statement statement, OpenTransaction transaction, bool mayFollow)
    {
        _changes.Clear();
        _unclear.Clear();
        var captured = tables.Tables.Where(t => statement.Tables.Any(n => n.MayBe(t.Name))).ToList();
        switch (statement.Kind)
        {
            case StatementKind.CreateTable or StatementKind.CreateTableIfNotExists:
                AwaitNew(statement, transaction, captured.Count > 0);
                break;
            case StatementKind.EmptyTable:
                captured.ForEach(t => Change(t, TableChangeKind.Truncated, statement, mayFollow && t.Capture.ChangesInPlace));
                break;
            case StatementKind.DropTable or StatementKind.DropDatabase:
                selected.Forget(statement.IsOf);
                captured.ForEach(t => Change(t, TableChangeKind.Removed, statement, mayFollow));
                break;
            case StatementKind.ChangeTable when statement.Fills.Count > 0:
                Move(statement, captured, transaction, mayFollow);
                break;
            case StatementKind.ChangeTable:
                captured.ForEach(t => Alter(t, statement, mayFollow));
                break;
        }

        if (_unclear.Count == 0)
        {
            return [.. _changes];
        }

        tables.Interrupt(new Interruption($"\"{statement.Text}\" changes columns or rows without logging rows", [.. _unclear.Distinct(StringComparer.OrdinalIgnoreCase)], transaction.Gtid));
        return [];
    }

    private void Change(CapturedTable table, TableChangeKind kind, Statement statement, bool mayFollow)
    {
        if (mayFollow && statement.IsOf(table.Name))
        {
            _changes.Add(new Alteration(kind, table, null, [], statement.Text));
        }
        else
        {
            _unclear.Add(table.Name);
        }
    }

    private void Alter(CapturedTable table, Statement statement, bool mayFollow)
    {
        table.IsUnicode &= statement.Clauses.All(c => c.Kind != AlterKind.ChangeDefaultText);
        if (statement.Clauses.Count > 0 && !statement.Clauses.Any(c => AlteredColumns.AreRead(c, table.Capture)))
        {
            return;
        }

        if (mayFollow && statement.Tables.Count == 1 && statement.IsOf(table.Name) && AlteredTable.Apply(table.Capture, statement.Clauses, table.IsUnicode, options.Dates) is var (after, former))
        {
            _changes.Add(new Alteration(TableChangeKind.Altered, table, after, former, statement.Text));
        }
        else
        {
            _unclear.Add(table.Name);
        }
    }

    // A table that was captured is there already, whatever IF NOT EXISTS says.
    private void AwaitNew(Statement statement, OpenTransaction transaction, bool isCaptured)
    {
        if (!isCaptured && statement.Tables is [var table, ..] && selected.Takes(table))
        {
            tables.Await(selected.NameOf(table), transaction.Gtid);
        }
    }

    // RENAME, and whatever brings rows that are not logged: what has a name afterwards that got rows has to be read, what has none is gone.
    private void Move(Statement statement, List<CapturedTable> captured, OpenTransaction transaction, bool mayFollow)
    {
        var filled = new List<NamedTable>();
        for (var i = 0; i < Math.Max(statement.Tables.Count, statement.Fills.Count); i++)
        {
            if (i < statement.Tables.Count)
            {
                filled.RemoveAll(t => Same(t, statement.Tables[i]));
            }

            if (i < statement.Fills.Count)
            {
                filled.Add(statement.Fills[i]);
            }
        }

        selected.Forget(statement.IsOf);
        _unclear.AddRange(filled.Select(t => tables.Tables.FirstOrDefault(c => t.MayBe(c.Name))?.Name ?? (selected.Takes(t) && !selected.IsGone(selected.NameOf(t), transaction.Gtid) ? selected.NameOf(t) : null)).OfType<string>());
        foreach (var table in captured.Where(t => !filled.Any(f => f.MayBe(t.Name))))
        {
            Change(table, TableChangeKind.Removed, statement, mayFollow);
        }
    }

    private static bool Same(NamedTable left, NamedTable right) =>
        left.Database.Equals(right.Database, StringComparison.OrdinalIgnoreCase) && left.Table.Equals(right.Table, StringComparison.OrdinalIgnoreCase);
}
