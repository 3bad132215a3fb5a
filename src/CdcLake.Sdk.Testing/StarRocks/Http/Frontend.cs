using CdcLake.Testing.StarRocks.Model;

namespace CdcLake.Testing.StarRocks.Http;

/// <summary>What frontends answer themselves, and where they send the rest.</summary>
internal sealed class Frontend(Cluster cluster, Func<int, string> addressOf)
{
    private int _next;

    /// <summary>Refuses who may not ask; null when all is well.</summary>
    public Reply? Check(Call call)
    {
        var options = cluster.Options;
        if (call.Credentials() is not { } who || who.User != options.User || who.Password != options.Password)
        {
            return Reply.Unauthorized($"Access denied for {call.Credentials()?.User ?? ""}@127.0.0.1");
        }

        var inserts = call.Verb is "stream-load" or "load" || (call.Verb == "begin" && call.Table.Length > 0);
        if (inserts && !options.MayInsert)
        {
            return Reply.Unauthorized($"Access denied; you need (at least one of) the INSERT privilege(s) on TABLE {call.Table} for this operation. Please ask the admin to grant permission(s) or try activating existing roles using <set [default] role>. Current role(s): NONE. Inactivated role(s): NONE.");
        }

        return call.Verb is "stream-load" or "load" && !call.HasExpect && call.Context.Request.Protocol != "HTTP/1.0"
            ? Reply.Of("FAILED", "class com.starrocks.common.DdlException: There is no 100-continue header")
            : null;
    }

    public Reply StreamLoad(Call call) => !cluster.HasBackend
        ? Reply.Of("FAILED", "class com.starrocks.common.DdlException: No backend alive.")
        : Reply.Redirect(addressOf(Next()) + call.PathAndQuery);

    public Reply Transaction(Call call, bool late)
    {
        if (!cluster.Release.HasTransactions)
        {
            return Reply.Base("FAILED", "1", "Not implemented");
        }

        if (call.Database.Length == 0)
        {
            return Failed("No database selected.");
        }

        if (call.Label.Length == 0)
        {
            return Failed("Empty label.");
        }

        if (!cluster.HasDatabase(call.Database))
        {
            return Failed($"Database[{call.Database}] does not exist.");
        }

        if (call.Verb == "begin")
        {
            return Begin(call);
        }

        var transaction = cluster.Find(call.Database, call.Label);
        if (transaction is { IsMulti: true })
        {
            return Several(call, transaction, late);
        }

        return (call.Verb, transaction?.State) switch
        {
            (_, null) => Failed($"No transaction found with label {call.Label}"),
            ("commit", TransactionState.Prepared) => Commit(transaction!, late),
            ("commit", TransactionState.Committed or TransactionState.Visible) =>
                Reply.Of("OK", $"Transaction {transaction!.Id} has already committed, label is {call.Label}", ("Label", call.Label), ("TxnId", transaction.Id)),
            ("commit", TransactionState.Aborted) => Failed($"Can not commit ABORTED transaction {transaction!.Id}, label is {call.Label}"),
            ("rollback", TransactionState.Prepared) => Rollback(transaction!),
            ("rollback", TransactionState.Aborted) => Reply.Of("OK", $"Transaction {transaction!.Id} has already aborted, label is {call.Label}"),
            ("rollback", TransactionState.Committed or TransactionState.Visible) => Failed($"Can not abort {transaction!.State.ToString().ToUpperInvariant()} transaction {transaction.Id}, label is {call.Label}"),
            _ when !transaction!.HasKnownBackend => Failed($"transaction with op {call.Verb} label {call.Label} has no backend"),
            _ => Reply.Redirect(addressOf(transaction.Backend) + call.PathAndQuery),
        };
    }

    public Reply State(Call call)
    {
        if (!cluster.HasDatabase(call.Database))
        {
            return Reply.Base("FAILED", "1", $"unknown database, database={call.Database}");
        }

        return call.Label.Length == 0
            ? Reply.Base("FAILED", "1", "No label selected.")
            : Reply.Base("OK", "0", "Success", ("state", cluster.Find(call.Database, call.Label)?.State.ToString().ToUpperInvariant() ?? "UNKNOWN"), ("reason", cluster.Find(call.Database, call.Label)?.Reason ?? ""));
    }

    public Reply Cancel(Call call)
    {
        if (cluster.Find(call.Database, call.Label) is not { } transaction)
        {
            return Reply.Base("FAILED", "1", $"Label [{call.Label}] does not exist");
        }

        if (transaction.State is TransactionState.Committed or TransactionState.Visible)
        {
            return Reply.Base("FAILED", "1", $"transaction {transaction.Id} is already {transaction.State.ToString().ToUpperInvariant()}, could not abort");
        }

        transaction.Abort("user cancel");
        return Reply.Base("OK", "0", "Success");
    }

    private Reply Begin(Call call)
    {
        if (!call.Headers.ContainsKey("transaction_type"))
        {
            return call.Table.Length == 0 ? Failed("No table selected.") : StreamLoad(call);
        }

        if (!cluster.Release.HasSeveralTables)
        {
            return call.Table.Length == 0 ? Failed("No table selected.") : StreamLoad(call);
        }

        if (!cluster.HasBackend)
        {
            return Reply.Of("FAILED", "class com.starrocks.common.DdlException: No backend alive.");
        }

        return TransactionRules.Objection(cluster, call) ?? Backend.Ok(cluster.Begin(call.Database, call.Label, null, true, Next()), ("BeginTxnTimeMs", 0L));
    }

    private Reply Several(Call call, Transaction transaction, bool late) => (call.Verb, transaction.State) switch
    {
        ("prepare", _) => Failed("Unsupported operation: prepare of a multi-statement transaction"),
        ("load", TransactionState.Prepare) => Reply.Redirect(addressOf(transaction.Backend) + call.PathAndQuery),
        ("load", _) => Failed($"transaction {transaction.Id} is {transaction.State.ToString().ToUpperInvariant()}"),
        ("commit", TransactionState.Prepare) when cluster.LostLabels.Contains(call.Label) => Failed($"transaction {transaction.Id} lost the backend of its loads"),
        ("commit", TransactionState.Prepare) when transaction.Loads == 0 => Failed($"transaction {transaction.Id} hasn't send any data yet"),
        ("commit", TransactionState.Prepare) => Commit(transaction, late),
        ("commit", TransactionState.Committed or TransactionState.Visible) =>
            Reply.Of("OK", $"Transaction {transaction.Id} has already committed, label is {call.Label}", ("Label", call.Label), ("TxnId", transaction.Id)),
        ("commit", _) => Failed($"Can not commit ABORTED transaction {transaction.Id}, label is {call.Label}"),
        (_, TransactionState.Prepare) => Rollback(transaction),
        (_, TransactionState.Aborted) => Reply.Of("OK", $"Transaction {transaction.Id} has already aborted, label is {call.Label}"),
        _ => Failed($"Can not abort {transaction.State.ToString().ToUpperInvariant()} transaction {transaction.Id}, label is {call.Label}"),
    };

    private Reply Commit(Transaction transaction, bool late)
    {
        cluster.Commit(transaction, late);
        return late ? Reply.Of("Publish Timeout", "publish timeout", ("Label", transaction.Label), ("TxnId", transaction.Id)) : Backend.Ok(transaction);
    }

    private static Reply Rollback(Transaction transaction)
    {
        transaction.Abort("transaction is aborted by user.");
        return Backend.Ok(transaction);
    }

    private static Reply Failed(string message) => Reply.Of("FAILED", $"class com.starrocks.common.StarRocksException: {message}");

    private int Next() => cluster.LivingBackends.ElementAt(_next++ % cluster.LivingBackends.Count());
}
