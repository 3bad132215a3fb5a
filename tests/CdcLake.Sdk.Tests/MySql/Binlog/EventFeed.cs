using System.Buffers.Binary;
using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Binlog;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Feeds events to a processor as a connection would.</summary>
internal static class EventFeed
{
    /// <summary>Cuts a log file into its events.</summary>
    public static List<byte[]> Events(byte[] file)
    {
        var events = new List<byte[]>();
        for (var at = 4; at < file.Length;)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 9));
            events.Add(file[at..(at + size)]);
            at += size;
        }

        return events;
    }

    public static async Task FeedAsync(BinlogEventProcessor processor, IEnumerable<byte[]> events, ISourceOutput output)
    {
        foreach (var e in events)
        {
            processor.Process(e);
            if (processor.NeedsFlush)
            {
                await processor.FlushAsync(output, idle: false, default);
            }
        }
    }

    public static Task<TableCapture[]> CapturesAsync(byte[] file, params string[] tables) => CapturesAsync(file, new MySqlSourceOptions(), tables);

    public static async Task<TableCapture[]> CapturesAsync(byte[] file, MySqlSourceOptions options, params string[] tables)
    {
        using var folder = new BinlogFolder();
        await using var source = new BinlogFileSource([folder.Write(file)], options: options);
        return [.. (await source.DescribeAsync(tables, default)).Select(t =>
            TableCapture.Of(t, [.. Enumerable.Range(0, t.Schema.Count).Where(i => !t.Unsupported.ContainsKey(i))]) with { ReadsAll = true })];
    }

    /// <summary>A whole event with its checksum, as a dump sends it outside the file: ROTATE, heartbeats.</summary>
    public static byte[] Artificial(byte type, byte[] body)
    {
        var log = new BinlogBuilder();
        log.Event(type, body, flags: 0x20, nextPosition: 0);
        return log.ToArray()[log.Offsets[^1]..];
    }

    public static byte[] Rotate(string file) => Artificial(4, [4, 0, 0, 0, 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(file)]);
}
