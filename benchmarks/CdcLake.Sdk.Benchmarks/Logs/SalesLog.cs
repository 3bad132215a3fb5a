using System.Buffers.Binary;
using System.Text;

namespace CdcLake.Benchmarks.Logs;

/// <summary>The workload of the sales-by-product job: products first, then transactions that insert sales and update earlier ones.</summary>
internal sealed record SalesLog
{
    private const int SaleBytes = 28;
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

    public int RowsPerTransaction { get; init; } = 1_000;

    /// <summary>Row images in the file written: an update has two.</summary>
    public long Images { get; private set; }

    /// <summary>Writes the log and returns its length in bytes.</summary>
    public long Write(string path)
    {
        using var log = new LogWriter(path);
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
            1 + (int)((ulong)((id + (version / 10)) * 7_919) % (ulong)Products),
            1 + (int)(mixed % 20),
            100 + ((mixed >> 8) % 50_000),
            ((FirstSecond + (id >> 6)) * 1000) + (mixed % 1000));
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
        var versions = new byte[Statements + 1];
        var random = new Random(42);
        var inserted = 0L;
        for (var done = 0; done < Statements;)
        {
            var size = Math.Min(RowsPerTransaction, Statements - done);
            var updates = inserted == 0 ? 0 : (int)((long)size * UpdatePercent / 100);
            log.Time = (uint)(FirstSecond + (inserted >> 6));
            log.BeginTransaction();
            WriteInserts(rows, ref inserted, size - updates);
            WriteUpdates(rows, versions, random, inserted, updates);
            log.EndTransaction();
            done += size;
        }
    }

    private void WriteInserts(RowsEvent rows, ref long inserted, int count)
    {
        rows.BeginStatement(RowsEvent.Write);
        for (var i = 0; i < count; i++)
        {
            Sale(++inserted, 0).WriteTo(rows.Room(SaleBytes));
            rows.Take(SaleBytes);
        }

        rows.EndStatement();
        Images += count;
    }

    private void WriteUpdates(RowsEvent rows, byte[] versions, Random random, long inserted, int count)
    {
        if (count == 0)
        {
            return;
        }

        rows.BeginStatement(RowsEvent.Update);
        for (var i = 0; i < count; i++)
        {
            var id = 1 + random.NextInt64(inserted);
            var image = rows.Room(2 * SaleBytes);
            Sale(id, versions[id]).WriteTo(image);
            Sale(id, unchecked(++versions[id])).WriteTo(image[SaleBytes..]);
            rows.Take(2 * SaleBytes);
        }

        rows.EndStatement();
        Images += 2 * count;
    }
}
