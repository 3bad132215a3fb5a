using System.Buffers.Binary;

namespace CdcLake.Expressions.Kernels;

// A pack: the values, one behind the other, then for each of them its length (i32, big endian), −1 for null.

/// <summary>Several texts or binary values as one; null where the last one is if that is wanted, else never.</summary>
internal sealed class PackStep(int[] inputs, int output, bool isNullable) : Step
{
    public const int LengthSize = sizeof(int);

    public override void Run(Frame frame)
    {
        var result = frame.OutputBytes(output);
        for (var i = 0; i < frame.Count; i++)
        {
            if (isNullable && frame.Bytes(inputs[^1]).IsNull(i))
            {
                result.AppendNull();
                continue;
            }

            long size = inputs.Length * LengthSize;
            foreach (var input in inputs)
            {
                size += frame.Bytes(input)[i].Length;
            }

            var target = result.AppendUninitialized(size);
            var lengths = target[^(inputs.Length * LengthSize)..];
            foreach (var input in inputs)
            {
                var value = frame.Bytes(input)[i];
                value.CopyTo(target);
                target = target[value.Length..];
                BinaryPrimitives.WriteInt32BigEndian(lengths, frame.Bytes(input).IsNull(i) ? -1 : value.Length);
                lengths = lengths[LengthSize..];
            }
        }
    }
}

/// <summary>One value of a pack of several; null where the pack or the value is.</summary>
internal sealed class UnpackStep(int part, int parts, int input, int output) : Step
{
    public override void Run(Frame frame)
    {
        var source = frame.Bytes(input);
        var result = frame.OutputBytes(output);
        for (var i = 0; i < frame.Count; i++)
        {
            if (source.IsNull(i))
            {
                result.AppendNull();
                continue;
            }

            var pack = source[i];
            var lengths = pack[^(parts * PackStep.LengthSize)..];
            var start = 0;
            for (var before = 0; before < part; before++)
            {
                start += Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(lengths[(before * PackStep.LengthSize)..]));
            }

            var length = BinaryPrimitives.ReadInt32BigEndian(lengths[(part * PackStep.LengthSize)..]);
            if (length < 0)
            {
                result.AppendNull();
            }
            else
            {
                result.Append(pack.Slice(start, length));
            }
        }
    }
}
