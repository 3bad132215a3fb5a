using System.Buffers.Binary;
using System.Text;

namespace CdcLake.Benchmarks.Logs;

/// <summary>The workload of the sales-by-product job: products first, then transactions that insert sales and update earlier ones.</summary>
internal sealed record SalesLog
{
    /// <summary>Bytes of a row of sales in the log.</summary>
    public const int SaleBytes = 28;

    private const long FirstSecond = 1_790_000_000;

    private static readonly byte[] ProductsMap = Convert.FromHexString(
        "7d0000000000" + "0100" + "05617070646200" + "0870726f647563747300" + "03" + "030f0f" + "04" + "0001fc03" + "00"
        + "010100" + "0203fcff00" + "040c02696403736b75046e616d65" + "080100" + "0c01e0");

    private static readonly byte[] SalesMap = Convert.FromHexString(
        "7f0000000000" + "0100" + "05617070646200" + "0573616c657300" + "05" + "080303f611" + "03" + "0a0203" + "00"
        + "010100" + "0420" + "026964" + "0a70726f647563745f6964" + "03717479" + "057072696365" + "0773616c655f7473" + "080100" + "0c01f8");

    public int Products { get; init; } = 1_000;

    /// <summary>Statements on single rows of sales: each inserts a sale or updates one.</summary>
    public int Statements { get; init; }

    /// <summary>Of a hundred statements on rows so many are updates.</summary>
    public int UpdatePercent { get; init; }

    /// <summary>Of a hundred sales so many are of product 1.</summary>
    public int HotPercent { get; init; }

    public int RowsPerTransaction { get; init; } = 1_000;

    /// <summary>Transactions are compressed.</summary>
    public bool IsCompressed { get; init; }

    /// <summary>Row images in the file written: an update has two.</summary>
    public long Images { get; private set; }

    /// <summary>Writes the log and returns its length in bytes.</summary>
    public long Write(string path)
    {
        using var log = new LogWriter(path, IsCompressed);
        WriteProducts(log);
        WriteSales(log);
        return log.Length;
    }

    /// <summary>A sale as <paramref name="version"/> of its updates left it. Every tenth update moves it to another product.</summary>
    public SaleRow Sale(long id, int version)
    {
        var mixed = (uint)((id * 2_654_435_761L) ^ (version * 40_503L));
        return new SaleRow(
            id,
            (mixed >> 4) % 100 < HotPercent ? 1 : 1 + (int)((ulong)((id + (version / 10)) * 7_919) % (ulong)Products),
            1 + (int)(mixed % 20),
            100 + ((mixed >> 8) % 50_000),
            ((FirstSecond + (id >> 6)) * 1000) + (mixed % 1000));
    }

    /// <summary>The statements on sales in order, old null for an insert: the same that <see cref="Write"/> puts into the log.</summary>
    public IEnumerable<(SaleRow? Old, SaleRow New)> Changes()
    {
        var versions = new byte[Statements + 1];
        var random = new Random(42);
        var inserted = 0L;
        for (var done = 0; done < Statements; done += RowsPerTransaction)
        {
            var size = Math.Min(RowsPerTransaction, Statements - done);
            var updates = inserted == 0 ? 0 : (int)((long)size * UpdatePercent / 100);
            for (var i = 0; i < size - updates; i++)
            {
                yield return (null, Sale(++inserted, 0));
            }

            for (var i = 0; i < updates; i++)
            {
                var id = 1 + random.NextInt64(inserted);
                yield return (Sale(id, versions[id]), Sale(id, unchecked(++versions[id])));
            }
        }
    }

    private void WriteProducts(LogWriter log)
    {
        var rows = new RowsEvent(log, ProductsMap, 3);
        log.BeginTransaction();
        rows.BeginStatement(RowsEvent.Write);
        for (var id = 1; id <= Products; id++)
        {
            var image = rows.Room(128);
            image[0] = 0;
            BinaryPrimitives.WriteInt32LittleEndian(image[1..], id);
            var used = 5;
            used += WriteText(image[used..], $"SKU-{id:D6}");
            used += WriteText(image[used..], $"Product {id} of the catalogue");
            rows.Take(used);
        }

        rows.EndStatement();
        log.EndTransaction();
        Images += Products;
    }

    // Both columns may have more than 255 bytes, so their length takes two.
    private static int WriteText(Span<byte> image, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, image[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(image, (ushort)length);
        return 2 + length;
    }

    private void WriteSales(LogWriter log)
    {
        var rows = new RowsEvent(log, SalesMap, 5);
        var open = 0;
        var kind = (byte)0;
        foreach (var (old, sale) in Changes())
        {
            if (open == 0)
            {
                log.Time = (uint)(sale.Milliseconds / 1000);
                log.BeginTransaction();
            }

            var wanted = old is null ? RowsEvent.Write : RowsEvent.Update;
            if (wanted != kind)
            {
                EndStatement(rows, kind);
                rows.BeginStatement(kind = wanted);
            }

            WriteImages(rows, old, sale);
            if (++open == RowsPerTransaction)
            {
                EndStatement(rows, kind);
                log.EndTransaction();
                open = kind = 0;
            }
        }

        if (open > 0)
        {
            EndStatement(rows, kind);
            log.EndTransaction();
        }
    }

    private void WriteImages(RowsEvent rows, SaleRow? old, SaleRow sale)
    {
        var bytes = old is null ? SaleBytes : 2 * SaleBytes;
        var room = rows.Room(bytes);
        old?.WriteTo(room);
        sale.WriteTo(room[(bytes - SaleBytes)..]);
        rows.Take(bytes);
        Images += old is null ? 1 : 2;
    }

    private static void EndStatement(RowsEvent rows, byte kind)
    {
        if (kind != 0)
        {
            rows.EndStatement();
        }
    }
}
