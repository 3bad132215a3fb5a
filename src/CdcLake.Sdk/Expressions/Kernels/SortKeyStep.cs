using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions.Kernels;

// A sort key: 0 for null, else 1 and the value. Numbers are big endian with the sign's bit turned over; of floating point all bits are where it is negative. Downwards every bit is.

/// <summary>Values as bytes in their order.</summary>
internal sealed class SortKeyStep(TextCollation collation, bool descending, int input, int output) : Step
{
    private readonly KeyBuffer _key = new();

    public override void Run(Frame frame)
    {
        var source = frame[input];
        var result = frame.OutputBytes(output);
        for (var i = 0; i < frame.Count; i++)
        {
            _key.Clear();
            _key.Append(source.IsNull(i) ? (byte)0 : (byte)1);
            if (!source.IsNull(i))
            {
                Append(source, i);
            }

            var target = result.AppendUninitialized(_key.Length);
            _key.Bytes.CopyTo(target);
            if (descending)
            {
                foreach (ref var b in target)
                {
                    b = (byte)~b;
                }
            }
        }
    }

    private void Append(Column source, int row)
    {
        switch (source)
        {
            case FixedColumn<byte> bytes:
                _key.Append(bytes.Values[row]);
                break;
            case FixedColumn<int> ints:
                BinaryPrimitives.WriteInt32BigEndian(_key.Room(sizeof(int)), ints.Values[row] ^ int.MinValue);
                break;
            case FixedColumn<long> longs:
                BinaryPrimitives.WriteInt64BigEndian(_key.Room(sizeof(long)), longs.Values[row] ^ long.MinValue);
                break;
            case FixedColumn<Int128> wides:
                BinaryPrimitives.WriteInt128BigEndian(_key.Room(2 * sizeof(long)), wides.Values[row] ^ Int128.MinValue);
                break;
            case FixedColumn<float> singles:
                Append(singles.Values[row]);
                break;
            case FixedColumn<double> doubles:
                Append(doubles.Values[row]);
                break;
            default:
                collation.AppendKey(((BytesColumn)source)[row], _key);
                break;
        }
    }

    private void Append(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value == 0 ? 0 : value);
        BinaryPrimitives.WriteInt64BigEndian(_key.Room(sizeof(long)), bits < 0 ? ~bits : bits ^ long.MinValue);
    }
}
