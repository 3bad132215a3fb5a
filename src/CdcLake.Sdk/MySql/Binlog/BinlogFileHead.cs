using System.Globalization;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog;

/// <summary>What the first events of a file tell.</summary>
/// <param name="Path">The file.</param>
/// <param name="Previous">Transactions that the server had logged in earlier files (PREVIOUS_GTIDS, GTID_LIST).</param>
internal sealed record BinlogFileHead(string Path, GtidSet Previous)
{
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The number at the end of the name, or −1.</summary>
    public long Number => long.TryParse(System.IO.Path.GetExtension(Path).TrimStart('.'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    /// <summary>Reads the heads of all files and puts them into the order in which the server wrote them.</summary>
    /// <exception cref="BinlogUnavailableException">A file is given twice, or was written without GTIDs.</exception>
    /// <exception cref="MySqlProtocolException">A file is not a binary log, or its beginning is damaged.</exception>
    public static async Task<IReadOnlyList<BinlogFileHead>> ReadAllAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var heads = new List<BinlogFileHead>();
        foreach (var path in paths)
        {
            if (heads.Exists(h => System.IO.Path.GetFullPath(h.Path) == System.IO.Path.GetFullPath(path)))
            {
                throw new BinlogUnavailableException($"Binary log file {path} is given twice. Give each file once.");
            }

            heads.Add(await ReadAsync(path, cancellationToken).ConfigureAwait(false));
        }

        return [.. heads.OrderBy(h => h.Previous.Count).ThenBy(h => h.Number).ThenBy(h => h.Name, StringComparer.Ordinal)];
    }

    private static async Task<BinlogFileHead> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var reader = await BinlogFileReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions { Tables = [] });
        processor.BeginFile(reader.Name);
        while (true)
        {
            while (reader.TryRead(out var bytes))
            {
                processor.Process(bytes);
                if ((EventType)bytes[4] == EventType.PreviousGtids)
                {
                    var body = bytes[EventHeader.Length..];
                    return new BinlogFileHead(path, GtidSet.Decode(processor.HasChecksum ? body[..^4] : body));
                }

                if ((EventType)bytes[4] == EventType.GtidList)
                {
                    var list = new PacketReader(bytes[EventHeader.Length..(processor.HasChecksum ? ^4 : ^0)]);
                    return new BinlogFileHead(path, GtidListEvent.Read(ref list));
                }

                if ((EventType)bytes[4] is not (EventType.FormatDescription or EventType.Rotate))
                {
                    throw NoGtids(path);
                }
            }

            if (!await reader.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                throw NoGtids(path);
            }
        }
    }

    private static BinlogUnavailableException NoGtids(string path) => new(
        $"Binary log file {path} does not begin with the set of earlier transactions (PREVIOUS_GTIDS): the server wrote it without GTIDs. " +
        "Turn them on (SET GLOBAL enforce_gtid_consistency=ON; gtid_mode step by step to ON) and capture from a file written after that.");
}
