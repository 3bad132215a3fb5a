using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Statements;

namespace CdcLake.MySql.Binlog;

/// <summary>Decides what a logged statement means for the captured tables, and refuses what would lose or invent rows without a word.</summary>
internal sealed class DefinitionGuard(CaptureSet tables, BinlogProcessorOptions options, LogCursor cursor)
{
    private readonly Reread _reread = new(options.RereadsAfterStatements);
    private readonly SelectionGuard? _selection = tables.Selected is { } selected ? new SelectionGuard(tables, selected, options) : null;
    private IReadOnlyList<Alteration> _alterations = [];

    /// <summary>Why the tables have to be read anew, instead of what comes from the open transaction on; null while the log can be followed.</summary>
    public string? Reread => _reread.Reason;

    /// <summary>What the last statement made of captured tables, once; empty when it did nothing to one.</summary>
    public IReadOnlyList<Alteration> Take()
    {
        var alterations = _alterations;
        _alterations = [];
        return alterations;
    }

    /// <summary>Looks at a statement that is neither harmless nor part of a transaction's grammar.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="transaction">The open one.</param>
    /// <param name="mayFollow">The stream can be told of a change here.</param>
    /// <exception cref="SchemaMismatchException">It changes a captured table without logging rows.</exception>
    /// <exception cref="BinlogUnavailableException">It is not known to leave rows alone.</exception>
    public void Check(Statement statement, OpenTransaction transaction, bool mayFollow)
    {
        if (statement.Kind is StatementKind.ChangeRows or StatementKind.Unknown)
        {
            if (!IsOfTableThatMay(statement))
            {
                RefuseRows($"statement \"{statement.Text}\"", transaction, statement.IsOfOneTable ? statement.Tables[0] : null);
            }

            return;
        }

        if (statement.LeavesRows && !options.GuardsViews)
        {
            return;
        }

        if (_selection is not null && !BelongTogether(statement))
        {
            _alterations = transaction.IsSkipped ? [] : _selection.Read(statement, transaction, mayFollow);
            return;
        }

        if (statement.Tables.Concat(statement.Fills).FirstOrDefault(t => tables.Selected?.Takes(t) == true) is { Table: not null } together)
        {
            Refuse(together.ToString(), statement, transaction);
            return;
        }

        foreach (var table in tables.Tables)
        {
            if (statement.Fills.Any(t => t.MayBe(table.Name)))
            {
                Refuse(table.Name, statement, transaction);
            }
            else if (statement.Tables.Any(t => t.MayBe(table.Name)))
            {
                table.HasActions |= statement.AddsActions;
                table.IsUnicode &= statement.Clauses.All(c => c.Kind != AlterKind.ChangeDefaultText);
                if (Concerns(statement, table) && !(mayFollow && TryFollow(statement, table, transaction)))
                {
                    CheckDefinition(statement, table, transaction);
                }
            }
        }
    }

    /// <summary>Refuses changes of rows of which the log does not tell the rows; passes over those of a transaction that is included already.</summary>
    /// <param name="what">For the message: <c>LOAD DATA</c>.</param>
    /// <param name="transaction">The open one.</param>
    /// <param name="only">The one table that it changes, if that is certain.</param>
    public void RefuseRows(string what, OpenTransaction transaction, NamedTable? only = null)
    {
        if (!transaction.IsSkipped)
        {
            var orAllow = only is not { } table || tables.Tables.Any(t => table.MayBe(t.Name)) ? ""
                : $" If {table} has no trigger that changes a captured table, its statements can be passed over instead: new MySqlSource(..., o => o.{nameof(MySqlSourceOptions.StatementTables)}.Add(\"{table}\")).";
            throw new BinlogUnavailableException(
                $"{cursor.Where}, transaction {transaction.Gtid}: {what} is not known to leave rows alone, and the log does not say which it changes. " +
                "Run SET GLOBAL binlog_format=ROW on the server, make its sessions reconnect, and start the pipeline anew with an empty target." + orAllow);
        }
    }

    // Where tables are followed through foreign keys they belong together: what changes one of these is everybody's affair. And where a copy of their rows is kept one comes with that copy only.
    private bool BelongTogether(Statement statement) => options.CompletesRows || (options.FollowsForeignKeys
        && (statement.AddsActions || statement.Clauses.Any(c => c.Kind == AlterKind.DropForeignKey) || tables.Tables.Any(t => !t.Capture.ChangesInPlace && statement.Tables.Concat(statement.Fills).Any(n => n.MayBe(t.Name)))));

    // Heartbeats of tools, which write them as statements on purpose.
    private bool IsOfTableThatMay(Statement statement) =>
        statement.IsOfOneTable
        && options.StatementTables.Contains(statement.Tables[0].ToString(), StringComparer.OrdinalIgnoreCase)
        && !tables.Tables.Any(t => statement.Tables[0].MayBe(t.Name));

    // Of ALTER TABLE only what touches something that is read: all else the next TABLE_MAP tells, and the decoder follows it.
    private bool Concerns(Statement statement, CapturedTable table) =>
        statement.Clauses.Count == 0 || statement.Clauses.Any(c => AlteredColumns.AreRead(c, table.Capture) || (c.Kind == AlterKind.MovePartitions && options.GuardsViews));

    private bool TryFollow(Statement statement, CapturedTable table, OpenTransaction transaction)
    {
        // In files a table is, before its first row, as that row's TABLE_MAP says: it was described by it.
        if ((transaction.IsSkipped && !options.FollowsIncluded) || (cursor.IsFile && !table.HasRows) || !options.FollowsInPlace || _alterations.Count > 0 || statement is not { Kind: StatementKind.ChangeTable, Tables.Count: 1, Fills.Count: 0 } || !statement.IsOf(table.Name))
        {
            return false;
        }

        if (AlteredTable.Apply(table.Capture, statement.Clauses, table.IsUnicode, options.Dates) is var (after, former))
        {
            _alterations = [new Alteration(TableChangeKind.Altered, table, after, former, statement.Text)];
            return true;
        }

        return false;
    }

    /// <summary>DDL is harmless while the table is known to have no rows: the next TABLE_MAP tells what it became.</summary>
    private void CheckDefinition(Statement statement, CapturedTable table, OpenTransaction transaction)
    {
        var kind = statement.Kind;
        var creates = kind is StatementKind.CreateTable or StatementKind.CreateTableIfNotExists;
        if (!creates && (table.HasRows || !(table.IsComplete || options.TablesMustBeCreated)))
        {
            Refuse(table.Name, statement, transaction);
        }

        if (!table.HasRows && statement.IsOf(table.Name) && kind is StatementKind.CreateTable or StatementKind.EmptyTable or StatementKind.DropTable or StatementKind.DropDatabase)
        {
            table.IsComplete = true;
        }
    }

    private void Refuse(string table, Statement statement, OpenTransaction transaction)
    {
        if (!transaction.IsSkipped)
        {
            var error = new SchemaMismatchException(
                $"{cursor.Where}, transaction {transaction.Gtid}: \"{statement.Text}\" changes columns that are read, or the rows, of captured table {table} without logging rows. " +
                "What was captured until then is complete and stays. " +
                "Start the pipeline anew with an empty target, so that it reads the table as it is now.");
            if (!_reread.TryTake(error))
            {
                throw error;
            }
        }
    }
}
