using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CdcLake.MySql.Gtids;
using CdcLake.Testing.MySql.Sql;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.MySql.Sessions;

/// <summary>Serves the commands of one client, from its login on.</summary>
/// <param name="server">What it works on.</param>
/// <param name="faults">What goes wrong.</param>
/// <param name="connection">The client.</param>
internal sealed partial class ServerSession(ServerState server, SessionFaults faults, Connection connection)
{
    private const uint DeprecateEof = 0x1000000;
    private readonly ServerStatements _statements = new(server, connection.Number);
    private readonly Dictionary<uint, string> _prepared = [];
    private bool _endsWithOk;

    /// <summary>Runs until the client leaves or is cut off.</summary>
    public async Task RunAsync(Stream stream, CancellationToken cancellationToken)
    {
        var packets = new PacketStream(stream);
        if (faults.Pass("connect") is var welcome and not FakeMySqlFault.None)
        {
            await FailAsync(packets, welcome, new SqlError(1040, "08004", "Too many connections"), cancellationToken).ConfigureAwait(false);
            return;
        }

        var login = new ServerLogin(server, packets, stream);
        if (await login.RunAsync(connection.Number, cancellationToken).ConfigureAwait(false) is not { } client)
        {
            return;
        }

        _endsWithOk = (client.Capabilities & DeprecateEof) != 0;
        await AnswerAsync(packets, "login", () => client.Database.Length > 0 ? _statements.Use(client.Database) : QueryResult.Done, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            packets.Begin();
            if (await packets.ReadAsync(cancellationToken).ConfigureAwait(false) is not { Length: > 0 } packet || packet[0] == (byte)ServerCommand.Quit)
            {
                return;
            }

            await ServeAsync(packets, (ServerCommand)packet[0], packet.AsMemory(1), cancellationToken).ConfigureAwait(false);
        }
    }

    private Task ServeAsync(PacketStream packets, ServerCommand command, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var text = command is ServerCommand.Query or ServerCommand.InitDb or ServerCommand.Prepare ? Encoding.UTF8.GetString(body.Span) : "";
        return command switch
        {
            ServerCommand.Query => QueryAsync(packets, text, cancellationToken),
            ServerCommand.InitDb => AnswerAsync(packets, $"USE {text}", () => _statements.Use(text), cancellationToken),
            ServerCommand.Ping => AnswerAsync(packets, "ping", () => QueryResult.Done, cancellationToken),
            ServerCommand.Register => AnswerAsync(packets, "register", () => QueryResult.Done, cancellationToken),
            ServerCommand.Prepare => PrepareAsync(packets, text, cancellationToken),
            ServerCommand.Execute => ExecuteAsync(packets, _prepared.GetValueOrDefault(BinaryPrimitives.ReadUInt32LittleEndian(body.Span)) ?? "", cancellationToken),
            ServerCommand.Close => Close(BinaryPrimitives.ReadUInt32LittleEndian(body.Span)),
            ServerCommand.Dump or ServerCommand.DumpGtid => DumpAsync(packets, command, body, cancellationToken),
            _ => AnswerAsync(packets, $"command {(int)command}", () => throw new SqlErrorException(SqlError.UnknownCommand()), cancellationToken),
        };
    }

    // Two functions wait for something; nobody writes them inside of others.
    private async Task QueryAsync(PacketStream packets, string text, CancellationToken cancellationToken)
    {
        if (WaitingFunction().Match(text) is { Success: true } match)
        {
            var seconds = TimeSpan.FromSeconds(double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture));
            var isLock = match.Groups[1].Value.Equals("GET_LOCK", StringComparison.OrdinalIgnoreCase);
            var answer = isLock
                ? await server.TakeAsync(match.Groups[2].Value, connection.Number, seconds, cancellationToken).ConfigureAwait(false) ? "1" : "0"
                : await HasExecutedAsync(GtidSet.Parse(match.Groups[2].Value), seconds, cancellationToken).ConfigureAwait(false) ? "0" : "1";
            await AnswerAsync(packets, text, () => QueryResult.One(match.Groups[1].Value, answer), cancellationToken).ConfigureAwait(false);
            return;
        }

        await AnswerAsync(packets, text, () => _statements.Run(text), cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> HasExecutedAsync(GtidSet set, TimeSpan patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            var grown = server.Log.Grown;
            if (server.Log.Executed.Covers(set))
            {
                return true;
            }

            if (await server.TimesOutAsync(grown, patience, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    private Task PrepareAsync(PacketStream packets, string text, CancellationToken cancellationToken) => PassAsync(packets, $"prepare {text}", async () =>
    {
        var result = _statements.Run(text, onlyColumns: true);
        var id = (uint)_prepared.Count + 1;
        _prepared[id] = text;
        var columns = (ushort)result.Columns.Count;
        await packets.WriteAsync(new byte[] { 0, (byte)id, (byte)(id >> 8), 0, 0, (byte)columns, (byte)(columns >> 8), 0, 0, 0, 0, 0 }, cancellationToken).ConfigureAwait(false);
        await WriteColumnsAsync(packets, result, cancellationToken).ConfigureAwait(false);
    }, cancellationToken);

    // The table may be gone since it was prepared.
    private Task ExecuteAsync(PacketStream packets, string text, CancellationToken cancellationToken) => PassAsync(packets, $"execute {text}", async () =>
    {
        var result = _statements.Run(text);
        var writer = new CellWriter(!_statements.KeepsCharsets);
        await WriteRowsAsync(packets, result, row => writer.BinaryRow(result.Columns, row), cancellationToken).ConfigureAwait(false);
    }, cancellationToken);

    private Task Close(uint statement)
    {
        _prepared[statement] = ""; // numbers are given once
        return Task.CompletedTask;
    }

    private async Task DumpAsync(PacketStream packets, ServerCommand command, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var request = command == ServerCommand.DumpGtid ? DumpRequest.ReadGtid(body.Span) : DumpRequest.Read(body.Span);
        var fault = faults.Pass($"dump {request}");
        if (fault is FakeMySqlFault.Refuse or FakeMySqlFault.Error or FakeMySqlFault.Silence)
        {
            await FailAsync(packets, fault, new SqlError(1236, "HY000", "log event entry exceeded max_allowed_packet; Increase max_allowed_packet on source"), cancellationToken).ConfigureAwait(false);
            return;
        }

        await faults.HoldBackAsync(fault, cancellationToken).ConfigureAwait(false);
        connection.Command = command == ServerCommand.DumpGtid ? "Binlog Dump GTID" : "Binlog Dump";
        connection.Replica = _statements.UserVariable("replica_uuid") ?? "";
        await new DumpSender(server, faults, connection, packets, request, HeartbeatPeriod()).RunAsync(cancellationToken).ConfigureAwait(false);
        connection.Command = "Sleep";
    }

    private TimeSpan HeartbeatPeriod() =>
        long.TryParse(_statements.UserVariable("source_heartbeat_period") ?? _statements.UserVariable("master_heartbeat_period"), NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds) && nanoseconds > 0
            ? TimeSpan.FromTicks(nanoseconds / 100)
            : TimeSpan.FromSeconds(30);

    private Task AnswerAsync(PacketStream packets, string step, Func<QueryResult> run, CancellationToken cancellationToken) => PassAsync(packets, step, async () =>
    {
        var result = run();
        if (result.Columns.Count == 0)
        {
            await packets.WriteAsync(PacketStream.Ok(), cancellationToken).ConfigureAwait(false);
            return;
        }

        var writer = new CellWriter(!_statements.KeepsCharsets);
        await WriteRowsAsync(packets, result, row => writer.TextRow(result.Columns, row), cancellationToken).ConfigureAwait(false);
    }, cancellationToken);

    private async Task PassAsync(PacketStream packets, string step, Func<Task> write, CancellationToken cancellationToken)
    {
        var fault = faults.Pass(step);
        if (fault is FakeMySqlFault.Refuse or FakeMySqlFault.Error or FakeMySqlFault.Silence)
        {
            var refusal = step == "login" && fault == FakeMySqlFault.Error
                ? new SqlError(1045, "28000", $"Access denied for user '{server.Options.User}'@'127.0.0.1' (using password: YES)")
                : new SqlError(1105, "HY000", "Unknown error");
            await FailAsync(packets, fault, refusal, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await write().ConfigureAwait(false);
        }
        catch (SqlErrorException error)
        {
            await packets.WriteAsync(PacketStream.Error(error.Error), cancellationToken).ConfigureAwait(false);
        }

        await FlushAsync(packets, fault, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteRowsAsync(PacketStream packets, QueryResult result, Func<object?[], byte[]> write, CancellationToken cancellationToken)
    {
        var count = new List<byte>();
        PacketStream.AddLength(count, result.Columns.Count);
        await packets.WriteAsync(count.ToArray(), cancellationToken).ConfigureAwait(false);
        await WriteColumnsAsync(packets, result, cancellationToken).ConfigureAwait(false);
        foreach (var row in result.Rows)
        {
            await packets.WriteAsync(write(row), cancellationToken).ConfigureAwait(false);
        }

        await packets.WriteAsync(_endsWithOk ? [0xFE, 0, 0, 2, 0, 0, 0] : PacketStream.Eof(), cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteColumnsAsync(PacketStream packets, QueryResult result, CancellationToken cancellationToken)
    {
        var writer = new CellWriter(!_statements.KeepsCharsets);
        foreach (var column in result.Columns)
        {
            await packets.WriteAsync(writer.Definition(column), cancellationToken).ConfigureAwait(false);
        }

        if (!_endsWithOk && result.Columns.Count > 0)
        {
            await packets.WriteAsync(PacketStream.Eof(), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FlushAsync(PacketStream packets, FakeMySqlFault fault, CancellationToken cancellationToken)
    {
        if (fault == FakeMySqlFault.CutInside)
        {
            await packets.FlushHalfAsync(cancellationToken).ConfigureAwait(false);
            throw new SessionCutException();
        }

        await faults.HoldBackAsync(fault, cancellationToken).ConfigureAwait(false);
        await packets.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (fault == FakeMySqlFault.CutAfter)
        {
            throw new SessionCutException();
        }
    }

    private async Task FailAsync(PacketStream packets, FakeMySqlFault fault, SqlError lasting, CancellationToken cancellationToken)
    {
        await faults.HoldBackAsync(fault, cancellationToken).ConfigureAwait(false);
        var error = fault == FakeMySqlFault.Refuse && lasting.Code != 1040 ? new SqlError(1053, "08S01", "Server shutdown in progress") : lasting;
        await packets.WriteAsync(PacketStream.Error(error), cancellationToken).ConfigureAwait(false);
        await packets.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    [GeneratedRegex(@"^\s*SELECT\s+(GET_LOCK|WAIT_FOR_EXECUTED_GTID_SET)\('([^']*)',\s*([0-9.]+)\)\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex WaitingFunction();
}

/// <summary>First byte of a command.</summary>
internal enum ServerCommand : byte
{
    Quit = 0x01,
    InitDb = 0x02,
    Query = 0x03,
    Ping = 0x0E,
    Dump = 0x12,
    Register = 0x15,
    Prepare = 0x16,
    Execute = 0x17,
    Close = 0x19,
    DumpGtid = 0x1E,
}
