using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using Arrow = ParquetSharp;

namespace CdcLake.Tests.Parquet.Oracles;

/// <summary>Reads files with Arrow C++ (ParquetSharp) into our columns, page checksums verified.</summary>
internal static class ArrowReader
{
    public static Column[] Read(byte[] file, IReadOnlyList<ParquetColumn> columns)
    {
        using var properties = Arrow.ReaderProperties.GetDefaultReaderProperties();
        properties.EnablePageChecksumVerification();
        using var reader = new Arrow.ParquetFileReader(new MemoryStream(file), properties, leaveOpen: false);
        var all = columns.Select(c => Column.Create(c.Type)).ToArray();
        for (var g = 0; g < reader.FileMetaData.NumRowGroups; g++)
        {
            using var group = reader.RowGroup(g);
            for (var i = 0; i < all.Length; i++)
            {
                using var column = group.Column(i);
                Assert.Equal(columns[i].FieldId, column.ColumnDescriptor.SchemaNode.FieldId);
                ReadColumn(column, all[i], (int)group.MetaData.NumRows);
            }
        }

        return all;
    }

    private static void ReadColumn(Arrow.ColumnReader reader, Column target, int rows)
    {
        switch (reader)
        {
            case Arrow.ColumnReader<bool> r:
                Batches(r, rows, target, v => ((FixedColumn<byte>)target).Append(v ? (byte)1 : (byte)0));
                break;
            case Arrow.ColumnReader<int> r:
                Batches(r, rows, target, v => Append(target, v));
                break;
            case Arrow.ColumnReader<long> r:
                Batches(r, rows, target, v => Append(target, v));
                break;
            case Arrow.ColumnReader<float> r:
                Batches(r, rows, target, v => ((FixedColumn<float>)target).Append(v));
                break;
            case Arrow.ColumnReader<double> r:
                Batches(r, rows, target, v => ((FixedColumn<double>)target).Append(v));
                break;
            case Arrow.ColumnReader<Arrow.ByteArray> r:
                Batches(r, rows, target, v => AppendBytes(target, v.Pointer, v.Length));
                break;
            case Arrow.ColumnReader<Arrow.FixedLenByteArray> r:
                Batches(r, rows, target, v => AppendBytes(target, v.Pointer, reader.ColumnDescriptor.TypeLength));
                break;
            default:
                throw new InvalidOperationException(reader.GetType().ToString());
        }
    }

    private static void Batches<T>(Arrow.ColumnReader<T> reader, int rows, Column target, Action<T> append)
        where T : unmanaged
    {
        var levels = new short[rows];
        var values = new T[rows];
        var isOptional = reader.ColumnDescriptor.MaxDefinitionLevel > 0;
        for (var left = rows; left > 0;)
        {
            var read = (int)reader.ReadBatch(left, levels, [], values, out var present);
            Assert.NotEqual(0, read);
            var next = 0;
            for (var i = 0; i < read; i++)
            {
                if (isOptional && levels[i] == 0)
                {
                    target.AppendNull();
                }
                else
                {
                    append(values[next++]);
                }
            }

            Assert.Equal(present, next);
            left -= read;
        }
    }

    private static void Append(Column target, long value)
    {
        if (target is FixedColumn<int> ints)
        {
            ints.Append((int)value);
        }
        else
        {
            ((FixedColumn<long>)target).Append(value);
        }
    }

    private static unsafe void AppendBytes(Column target, IntPtr at, int length)
    {
        var bytes = new ReadOnlySpan<byte>((void*)at, length);
        if (target is BytesColumn variable)
        {
            variable.Append(bytes);
            return;
        }

        Int128 value = bytes[0] >= 0x80 ? -1 : 0;
        foreach (var b in bytes)
        {
            value = (value << 8) | b;
        }

        ((FixedColumn<Int128>)target).Append(value);
    }
}
