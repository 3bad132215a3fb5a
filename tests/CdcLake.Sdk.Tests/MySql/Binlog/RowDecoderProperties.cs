using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.Tests.MySql.Binlog.Json;
using CdcLake.Testing.Tables;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Random tables and rows, encoded by <see cref="BinlogBuilder"/>, come out as the text they were made from.</summary>
public sealed class RowDecoderProperties
{
    private const int Gbk = 28;
    private static readonly string[] Words = ["", "a", "Grüße", "日本語", "x😀y", "trailing ", new string('é', 60)];

    [Fact]
    public async Task Any_table_is_decoded_to_the_values_that_were_encoded()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var makers = Enumerable.Range(0, random.Next(1, 12)).Select(i => Maker($"c{i}", random)).ToArray();
            var table = new BinlogTable("db", "t", [], [.. makers.Select(m => m.Column)]);
            var log = new BinlogBuilder { EventSize = random.Next(100, 9000) };
            var expected = new List<string>();
            var wanted = Enumerable.Range(0, makers.Length).Where(_ => random.Next(4) > 0).ToArray();
            var nulls = random.Next(3);
            for (var transaction = 0; transaction < 3; transaction++)
            {
                var rows = Enumerable.Range(0, random.Next(1, 1300 / (seed % 10 + 1))).Select(_ => Row(makers, random, nulls)).ToArray();
                var kind = random.Next(3);
                log.Transaction(t => Write(t, table, rows, kind));
                expected.AddRange(Expected(rows, wanted, kind));
            }

            var output = new CollectingOutput();
            using var folder = new BinlogFolder();
            await using var source = new BinlogFileSource([folder.Write(log.ToArray())]);
            var described = (await source.DescribeAsync(["db.t"], default))[0];
            await source.RunAsync(new SourceStart([TableCapture.Of(described, wanted)], null, [], EpochLimits.Default), output, default);
            Assert.True(expected.SequenceEqual(output.WholeRows), $"seed {seed}: {described.Schema}");
        }
    }

    private static void Write(BinlogBuilder log, BinlogTable table, (object? Value, string Text)[][] rows, int kind)
    {
        var values = rows.Select(r => r.Select(v => v.Value).ToArray()).ToArray();
        switch (kind)
        {
            case 0:
                log.Insert(table, values);
                break;
            case 1:
                log.Delete(table, values);
                break;
            default:
                log.Update(table, [.. values.Select((v, i) => (v, values[^(i + 1)]))]);
                break;
        }
    }

    private static IEnumerable<string> Expected((object? Value, string Text)[][] rows, int[] wanted, int kind)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            yield return (kind == 0 ? "0+" : "0-") + Text(rows[i]);
            if (kind == 2)
            {
                yield return "0+" + Text(rows[^(i + 1)]);
            }
        }

        string Text((object? Value, string Text)[] row) => string.Join('|', wanted.Select(w => row[w].Text));
    }

    private static (object? Value, string Text)[] Row((BinlogColumn Column, Func<Random, (object, string)> Make)[] makers, Random random, int nulls) =>
        [.. makers.Select(m => m.Column.Nullable && nulls > 0 && random.Next(nulls == 1 ? 40 : 3) == 0 ? (null, "NULL") : m.Make(random))];

    private static (BinlogColumn Column, Func<Random, (object, string)> Make) Maker(string name, Random random)
    {
        var (column, make) = random.Next(21) switch
        {
            0 => (BinlogColumn.Integer(name, 1), Number(-128, 127)),
            1 => (BinlogColumn.Integer(name, 2, unsigned: true), Number(0, 65535)),
            2 => (BinlogColumn.Integer(name, 9), Number(-8388608, 8388607)),
            3 => (BinlogColumn.Int(name), Number(int.MinValue, int.MaxValue)),
            4 => (BinlogColumn.Int(name, unsigned: true), Number(0, uint.MaxValue)),
            5 => (BinlogColumn.BigInt(name), Number(long.MinValue, long.MaxValue - 1)),
            6 => (BinlogColumn.BigInt(name, unsigned: true), r => ((ulong)r.NextInt64(long.MinValue, long.MaxValue)) is var v ? (v, v.ToString(CultureInfo.InvariantCulture)) : default),
            7 => Decimal(name, random),
            8 => (BinlogColumn.VarChar(name, random.Next(2) == 0 ? 250 : 1000), Word),
            9 => (BinlogColumn.Char(name, random.Next(2) == 0 ? 120 : 800), Word),
            10 => (BinlogColumn.Blob(name, random.Next(2, 5)), Word),
            11 => (BinlogColumn.VarChar(name, 200, collation: 63), Bytes),
            12 => Moment(name, random.Next(7), timestamp: true),
            13 => Moment(name, random.Next(7), timestamp: false),
            14 => Duration(name, random.Next(7)),
            15 => (BinlogColumn.Date(name), Day),
            16 => (BinlogColumn.Json(name), Document),
            17 => (BinlogColumn.VarChar(name, 200, Gbk), Chinese),
            18 => (BinlogColumn.Geometry(name), Point),
            19 => (BinlogColumn.Vector(name), Bytes),
            _ => Choice(name, random.Next(2) == 0 ? 3 : 300),
        };
        return (column with { Nullable = random.Next(2) == 0 }, make);
    }

    private static Func<Random, (object, string)> Number(long min, long max) =>
        r => r.NextInt64(min, max + 1) is var v ? (v, v.ToString(CultureInfo.InvariantCulture)) : default;

    private static (object Value, string Text) Word(Random r) => Words[r.Next(Words.Length)] is var w ? (w, w) : default;

    private static (object Value, string Text) Bytes(Random r)
    {
        var bytes = new byte[r.Next(30)];
        r.NextBytes(bytes);
        return (bytes, Convert.ToHexString(bytes));
    }

    private static (object Value, string Text) Document(Random r)
    {
        var (number, word) = (r.NextInt64(), Words[r.Next(Words.Length)]);
        var members = new (string, object?)[] { ("n", number), ("w", new object?[] { word, null, r.Next(2) == 0 }) };
        var flag = (bool)((object?[])members[1].Item2!)[2]! ? "true" : "false";
        return (JsonDocuments.Of(members, isLarge: r.Next(2) == 0), $"{{\"n\": {number.ToString(CultureInfo.InvariantCulture)}, \"w\": [\"{word}\", null, {flag}]}}");
    }

    private static (object Value, string Text) Chinese(Random r) => r.Next(3) switch
    {
        0 => (new byte[] { 0xD6, 0xD0, 0xCE, 0xC4 }, "中文"),
        1 => ("ascii"u8.ToArray(), "ascii"),
        _ => (Array.Empty<byte>(), ""),
    };

    private static (object Value, string Text) Point(Random r)
    {
        var srid = r.Next(2) * 4326;
        byte[] coordinates = [.. BitConverter.GetBytes(r.NextDouble()), .. BitConverter.GetBytes(r.NextDouble())];
        byte[] type = [1, 1, 0, 0, 0];
        byte[] stored = [.. BitConverter.GetBytes(srid), .. type, .. coordinates];
        return (stored, Convert.ToHexString(srid == 0 ? [.. type, .. coordinates] : [1, 1, 0, 0, 0x20, .. BitConverter.GetBytes(srid), .. coordinates]));
    }

    private static (object Value, string Text) Day(Random r) =>
        new DateTime(1, 1, 1).AddDays(r.Next(3_652_000)) is var d ? (d, d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)) : default;

    private static (BinlogColumn Column, Func<Random, (object, string)> Make) Decimal(string name, Random random)
    {
        var precision = random.Next(1, 66);
        var scale = random.Next(Math.Min(precision, 30) + 1);
        return (BinlogColumn.Decimal(name, precision, scale), r =>
        {
            var digits = string.Concat(Enumerable.Range(0, precision).Select(_ => r.Next(5) == 0 ? '0' : (char)('0' + r.Next(10))));
            var whole = digits[..(precision - scale)].TrimStart('0') is { Length: > 0 } w ? w : "0";
            var text = scale == 0 ? whole : $"{whole}.{digits[(precision - scale)..]}";
            text = r.Next(2) == 0 || text.Trim('0', '.').Length == 0 ? text : "-" + text;
            return (text, text);
        });
    }

    private static (BinlogColumn Column, Func<Random, (object, string)> Make) Moment(string name, int fraction, bool timestamp) =>
        (timestamp ? BinlogColumn.Timestamp(name, fraction) : BinlogColumn.DateTime(name, fraction), r =>
        {
            var unit = (long)Math.Pow(10, 7 - fraction);
            var first = timestamp ? DateTime.UnixEpoch.AddSeconds(1) : new DateTime(1, 1, 1);
            var span = timestamp ? int.MaxValue * TimeSpan.TicksPerSecond : 9998L * 365 * TimeSpan.TicksPerDay;
            var value = first.AddTicks(r.NextInt64(span) / unit * unit);
            return (value, value.ToString("yyyy-MM-dd HH:mm:ss" + (fraction == 0 ? "" : "." + new string('f', fraction)), CultureInfo.InvariantCulture));
        });

    private static (BinlogColumn Column, Func<Random, (object, string)> Make) Duration(string name, int fraction) => (BinlogColumn.Time(name, fraction), r =>
    {
        var unit = (long)Math.Pow(10, 7 - fraction);
        var value = TimeSpan.FromTicks(r.NextInt64(-838 * TimeSpan.TicksPerHour, 838 * TimeSpan.TicksPerHour) / unit * unit);
        var size = value.Duration();
        var text = string.Create(CultureInfo.InvariantCulture, $"{(value < TimeSpan.Zero ? "-" : "")}{(int)size.TotalHours:00}:{size.Minutes:00}:{size.Seconds:00}");
        return (value, fraction == 0 ? text : text + "." + (size.Ticks % TimeSpan.TicksPerSecond).ToString("0000000", CultureInfo.InvariantCulture)[..fraction]);
    });

    private static (BinlogColumn Column, Func<Random, (object, string)> Make) Choice(string name, int count)
    {
        var labels = Enumerable.Range(0, count).Select(i => $"l{i}").ToArray();
        return (BinlogColumn.Enum(name, labels), r => r.Next(count + 1) is var i ? ((object)(long)i, i == 0 ? "" : labels[i - 1]) : default);
    }
}
