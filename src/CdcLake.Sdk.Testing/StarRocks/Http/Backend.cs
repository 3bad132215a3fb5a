using System.IO.Compression;
using CdcLake.Testing.StarRocks.Loading;
using CdcLake.Testing.StarRocks.Model;

namespace CdcLake.Testing.StarRocks.Http;

/// <summary>What backends do: plain loads as a whole, and of transactions what comes before they are prepared.</summary>
internal sealed class Backend(Cluster cluster, Func<int, string> addressOf)
{
    public Reply StreamLoad(Call call, int backend, ReadOnlyMemory<byte> body, bool late)
    {
        var label = call.Label.Length > 0 ? call.Label : Guid.NewGuid().ToString();
        if (TransactionRules.Busy(cluster, call.Database) is { } busy)
        {
            return Fail(label, busy);
        }

        if (cluster.Find(call.Database, label) is { State: not TransactionState.Aborted } used)
        {
            return Reply.Of("Label Already Exists", $"Label [{label}] has already been used.", ("TxnId", -1L), ("Label", label), ("ExistingJobStatus", used.JobStatus));
        }

        if (cluster.FindTable(call.Database, call.Table) is not { } table)
        {
            return Fail(label, $"unknown table, table={call.Table}");
        }

        var transaction = cluster.Begin(call.Database, label, call.Table, false, backend);
        if (Stage(transaction, table, call, body) is { } failure)
        {
            transaction.Abort(failure);
            return Fail(label, failure);
        }

        if (Filtered(transaction, LoadHeaders.Of(call.Headers)) is { } filtered)
        {
            transaction.Abort(filtered);
            return Counts("Fail", filtered, transaction, ErrorUrl(transaction));
        }

        cluster.Commit(transaction, late);
        return late ? Counts("Publish Timeout", "publish timeout", transaction, null) : Counts("Success", "OK", transaction, null);
    }

    public Reply Begin(Call call, int backend)
    {
        if (call.Headers.ContainsKey("transaction_type"))
        {
            return Reply.Of("INVALID_ARGUMENT", "Multi-statement transaction requests can only be sent to FE nodes, not BE nodes");
        }

        if (TransactionRules.Objection(cluster, call) is { } objection)
        {
            return objection;
        }

        var transaction = cluster.Begin(call.Database, call.Label, call.Table, false, backend);
        return Ok(transaction, ("BeginTxnTimeMs", 0L));
    }

    public Reply Load(Call call, int backend, ReadOnlyMemory<byte> body)
    {
        if (Held(call, backend) is not { } transaction)
        {
            return NotExists(call);
        }

        if (transaction.State == TransactionState.Aborted)
        {
            return Reply.Of("ABORTED", "current transaction is aborted");
        }

        if (transaction.IsMulti)
        {
            return LoadOneOfSeveral(call, transaction, body);
        }

        if (transaction.Table != call.Table || cluster.FindTable(call.Database, call.Table) is not { } table)
        {
            return Reply.Of("INVALID_ARGUMENT", $"Request table {call.Table} not equal transaction table {transaction.Table}");
        }

        return Stage(transaction, table, call, body) is { } failure ? Abort(transaction, failure) : Ok(transaction, ("LoadBytes", (long)body.Length), ("StreamLoadPlanTimeMs", 0L), ("ReceivedDataTimeMs", 0L));
    }

    // Each load of a transaction over several tables is finished, and judged, by itself.
    private Reply LoadOneOfSeveral(Call call, Transaction transaction, ReadOnlyMemory<byte> body)
    {
        if (cluster.FindTable(call.Database, call.Table) is not { } table)
        {
            return Abort(transaction, $"unknown table, table={call.Table}");
        }

        if (Stage(transaction, table, call, body) is { } failure)
        {
            return Abort(transaction, failure);
        }

        return transaction.Errors.Count == 0 ? Ok(transaction, ("LoadBytes", (long)body.Length)) : Filtered(transaction);
    }

    public Reply Prepare(Call call, int backend)
    {
        if (Held(call, backend) is not { } transaction)
        {
            return NotExists(call);
        }

        if (Unready(transaction) is { } unready)
        {
            return unready;
        }

        transaction.State = TransactionState.Prepared;
        return Ok(transaction, ("NumberTotalRows", transaction.TotalRows), ("NumberLoadedRows", transaction.TotalRows), ("NumberFilteredRows", 0L));
    }

    /// <summary>A commit without a prepare.</summary>
    public Reply Commit(Call call, int backend, bool late)
    {
        if (Held(call, backend) is not { } transaction)
        {
            return NotExists(call);
        }

        if (Unready(transaction) is { } unready)
        {
            return unready;
        }

        cluster.Commit(transaction, late);
        return late ? Reply.Of("Publish Timeout", "publish timeout", ("Label", call.Label), ("TxnId", transaction.Id)) : Ok(transaction);
    }

    public Reply Rollback(Call call, int backend)
    {
        if (Held(call, backend) is not { } transaction)
        {
            return NotExists(call);
        }

        transaction.Abort("transaction is aborted by user.");
        return Ok(transaction);
    }

    /// <summary>Reads a body into a transaction.</summary>
    /// <returns>Why the load as a whole is refused, or null.</returns>
    private string? Stage(Transaction transaction, Table table, Call call, ReadOnlyMemory<byte> body)
    {
        var headers = LoadHeaders.Of(call.Headers);
        if (headers.Objection(cluster.Release.HasCompressedJson) is { } objection)
        {
            return objection;
        }

        if (headers.MergeCondition.Length > 0 && (!cluster.Release.HasConditions || table.KeysType != "PRIMARY" || table.Find(headers.MergeCondition) is not { IsKey: false }))
        {
            return $"Conditional update is not supported by this release, or of this table, or by column {headers.MergeCondition}";
        }

        if (headers.IsJson && !headers.IgnoresJsonSize && body.Length > cluster.Options.MaxJsonBytes)
        {
            return $"The size of this batch exceed the max size [{cluster.Options.MaxJsonBytes}]  of json type data  data [ {body.Length} ]. Set ignore_json_size to skip the check, although it may lead huge memory consuming.";
        }

        if (table.Versions >= cluster.Options.MaxVersions)
        {
            return $"Failed to load data into tablet 10001, because of too many versions, current/limit: {table.Versions}/{cluster.Options.MaxVersions}. You can reduce the loading job concurrency, or increase loading data batch size.";
        }

        if (!transaction.IsMulti && transaction.LoadHeaders is { } first && first != headers.Signature)
        {
            return "load request not equal last.";
        }

        transaction.LoadHeaders = headers.Signature;
        transaction.Loads++;
        if (cluster.Discards(table.Name))
        {
            return null;
        }

        var reader = new BodyReader(table, headers);
        reader.Read(headers.IsGzip ? Unzip(body) : body);
        transaction.Errors.AddRange(reader.Errors);
        transaction.TotalRows += reader.TotalRows;
        reader.Rows.Condition = headers.MergeCondition;
        transaction.Stage(table, reader.Rows);
        return reader.Failure;
    }

    private Reply? Unready(Transaction transaction)
    {
        if (transaction.State == TransactionState.Aborted)
        {
            return Reply.Of("ABORTED", "current transaction is aborted");
        }

        if (transaction.Loads == 0)
        {
            return Abort(transaction, $"transaction {transaction.Id} hasn't send any data yet");
        }

        return transaction.Errors.Count == 0 ? null : Filtered(transaction);
    }

    private Reply Filtered(Transaction transaction)
    {
        var url = ErrorUrl(transaction);
        transaction.Abort($"too many filtered rows, tracking url: {url}");
        return Reply.Of("INTERNAL_ERROR", "too many filtered rows", ("Label", transaction.Label), ("TxnId", transaction.Id), ("ErrorURL", url));
    }

    private string ErrorUrl(Transaction transaction) => $"{addressOf(transaction.Backend)}/api/_load_error_log?file={cluster.KeepErrors(transaction.Errors)}";

    public static Reply Ok(Transaction transaction, params ReadOnlySpan<(string, object?)> more) => Reply.Of("OK", "", [("Label", transaction.Label), ("TxnId", transaction.Id), .. more]);

    // What this backend remembers: nothing of what it held before it died, and nothing of what is over.
    private Transaction? Held(Call call, int backend) =>
        cluster.Find(call.Database, call.Label) is { State: TransactionState.Prepare or TransactionState.Aborted } transaction && transaction.Backend == backend
            && !cluster.LostLabels.Contains(call.Label) && !(transaction.State == TransactionState.Aborted && transaction.Reason.Contains("timeout", StringComparison.Ordinal))
            ? transaction
            : null;

    private static Reply NotExists(Call call) => Reply.Of("TXN_NOT_EXISTS", $"Transaction with label {call.Label} not exists");

    private static Reply Abort(Transaction transaction, string reason)
    {
        transaction.Abort(reason);
        return Reply.Of("INTERNAL_ERROR", reason, ("Label", transaction.Label), ("TxnId", transaction.Id));
    }

    private static Reply Fail(string label, string message) => Reply.Of("Fail", message, ("TxnId", -1L), ("Label", label), ("NumberTotalRows", 0L), ("NumberLoadedRows", 0L));

    private static string? Filtered(Transaction transaction, LoadHeaders headers) =>
        transaction.Errors.Count > headers.MaxFilterRatio * Math.Max(1, transaction.TotalRows) ? "too many filtered rows" : null;

    private static Reply Counts(string status, string message, Transaction transaction, string? errorUrl) => Reply.Of(
        status, message,
        [
            ("TxnId", transaction.Id), ("Label", transaction.Label), ("NumberTotalRows", transaction.TotalRows), ("NumberLoadedRows", transaction.TotalRows - transaction.Errors.Count),
            ("NumberFilteredRows", (long)transaction.Errors.Count), ("NumberUnselectedRows", 0L), .. errorUrl is null ? [] : new (string, object?)[] { ("ErrorURL", errorUrl) },
        ]);

    private static ReadOnlyMemory<byte> Unzip(ReadOnlyMemory<byte> body)
    {
        using var source = new GZipStream(new MemoryStream(body.ToArray()), CompressionMode.Decompress);
        using var target = new MemoryStream();
        source.CopyTo(target);
        return target.ToArray();
    }
}
