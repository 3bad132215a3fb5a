using System.Buffers.Binary;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions.Kernels;

/// <summary>The texts of a list of packs, with a separator between them; null gives null.</summary>
internal sealed class JoinedTextsStep(BoundJoinedTexts joined, int input, int output) : Step
{
    private readonly KeyBuffer _text = new();

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

            Join(source[i]);
            result.Append(_text.Bytes);
        }
    }

    private void Join(ReadOnlySpan<byte> list)
    {
        _text.Clear();
        ReadOnlySpan<byte> before = default;
        for (var isFirst = true; !list.IsEmpty; isFirst = false)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(list);
            var pack = list.Slice(sizeof(int), length);
            list = list[(sizeof(int) + length)..];
            var lengths = pack[^(joined.Parts * PackStep.LengthSize)..];
            var key = pack[..BinaryPrimitives.ReadInt32BigEndian(lengths)];
            if (!isFirst && joined.IsDistinct && key.SequenceEqual(before))
            {
                continue;
            }

            before = key;
            if (!isFirst)
            {
                _text.Append(joined.Separator);
            }

            var text = pack[..^lengths.Length];
            _text.Append(text[^BinaryPrimitives.ReadInt32BigEndian(lengths[^PackStep.LengthSize..])..]);
        }
    }
}
