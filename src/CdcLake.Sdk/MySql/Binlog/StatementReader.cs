using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;

namespace CdcLake.MySql.Binlog;

/// <summary>What the statements of the log do: they begin and end transactions, decide prepared ones, and make other tables of those that are captured.</summary>
internal sealed class StatementReader(TransactionBounds bounds, DefinitionGuard guard, CaptureSet tables, EpochBuilder epochs, RowsReader rows)
{
    /// <inheritdoc cref="TransactionReader.Alterations"/>
    public IReadOnlyList<Alteration> Alterations { get; private set; } = [];

    private OpenTransaction Open => bounds.Open;

    /// <summary>Takes a statement. Where tables have to be read anew it leaves its transaction open.</summary>
    public void Read(QueryEvent query)
    {
        Open.Require("a statement");
        if (Open.IsAnnouncement)
        {
            bounds.End(commit: true); // another one with the same text has the effect
            return;
        }

        var quick = StatementScanner.Quick(query.Statement);
        var statement = quick is null ? StatementScanner.Scan(query) : null;
        switch (quick ?? statement!.Kind)
        {
            case StatementKind.Begin:
                (Open.HasBegun, Open.IsXa) = (true, statement is { Xa: not null });
                return;
            case StatementKind.Commit:
                bounds.End(commit: true);
                return;
            case StatementKind.Rollback:
            case StatementKind.XaRollback when Open.HasBegun:
                bounds.End(commit: false);
                return;
            case StatementKind.Inside or StatementKind.Harmless:
                break;
            case StatementKind.XaCommit or StatementKind.XaRollback:
                bounds.Decide(statement!);
                break;
            default:
                guard.Check(statement!, Open, mayFollow: !Open.HasBegun && !epochs.HasHandedOnPart);
                Alterations = guard.Take();
                if (guard.Reread is not null || tables.Interruption is not null)
                {
                    return;
                }

                break;
        }

        if (!Open.HasBegun && Alterations.Count == 0)
        {
            bounds.End(commit: true);
        }
    }

    /// <inheritdoc cref="TransactionReader.Follow"/>
    public void Follow()
    {
        foreach (var (kind, table, after, _, _) in Alterations)
        {
            switch (kind)
            {
                case TableChangeKind.Removed:
                    tables.Remove(table.Name);
                    break;
                case TableChangeKind.Altered:
                    tables.Replace(table, after!);
                    epochs.ReplaceTable(table.Index, after!.Schema);
                    rows.NoteAltered();
                    break;
            }
        }

        Alterations = [];
        bounds.End(commit: true);
    }

    /// <summary>The open transaction is dropped.</summary>
    public void Discard() => Alterations = [];
}
