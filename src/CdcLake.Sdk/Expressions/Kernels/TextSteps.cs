using System.Buffers;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

/// <summary>Upper and lower case, and trimming: text to text.</summary>
internal sealed class TextMapStep(ScalarOp op, int input, int output) : Step
{
    public override void Run(Frame frame)
    {
        var source = frame.Bytes(input);
        var result = frame.OutputBytes(output);
        byte[]? buffer = null;
        for (var i = 0; i < frame.Count; i++)
        {
            if (source.IsNull(i))
            {
                result.AppendNull();
                continue;
            }

            var text = source[i];
            switch (op)
            {
                case ScalarOp.ToUpper or ScalarOp.ToLower:
                    var room = Utf8.MaxCaseLength(text.Length);
                    buffer = Room(buffer, room);
                    result.Append(buffer.AsSpan(0, Utf8.ChangeCase(text, buffer, op == ScalarOp.ToUpper)));
                    break;
                default:
                    result.Append(Utf8.Trim(text, op != ScalarOp.TrimEnd, op != ScalarOp.TrimStart));
                    break;
            }
        }

        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Room(byte[]? buffer, int length)
    {
        if (buffer is not null && buffer.Length >= length)
        {
            return buffer;
        }

        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return ArrayPool<byte>.Shared.Rent(length);
    }
}

/// <summary>Two texts, one behind the other; null in either gives null.</summary>
internal sealed class ConcatStep(int left, int right, int output) : Step
{
    public override void Run(Frame frame)
    {
        var (a, b) = (frame.Bytes(left), frame.Bytes(right));
        var result = frame.OutputBytes(output);
        for (var i = 0; i < frame.Count; i++)
        {
            if (a.IsNull(i) || b.IsNull(i))
            {
                result.AppendNull();
                continue;
            }

            var first = a[i];
            var second = b[i];
            var target = result.AppendUninitialized((long)first.Length + second.Length);
            first.CopyTo(target);
            second.CopyTo(target[first.Length..]);
        }
    }
}

/// <summary>Characters from a position on, or a number of them; positions outside the text are clamped.</summary>
internal sealed class SubstringStep(int input, int start, int length, int output) : Step
{
    public override void Run(Frame frame)
    {
        var source = frame.Bytes(input);
        var result = frame.OutputBytes(output);
        var starts = frame.Values<int>(start);
        var lengths = length < 0 ? default : frame.Values<int>(length);
        for (var i = 0; i < frame.Count; i++)
        {
            if (source.IsNull(i) || frame[start].IsNull(i) || (length >= 0 && frame[length].IsNull(i)))
            {
                result.AppendNull();
                continue;
            }

            var text = source[i];
            var rest = text[Utf8.OffsetOf(text, Math.Max(starts[i], 0))..];
            result.Append(length < 0 ? rest : rest[..Utf8.OffsetOf(rest, Math.Max(lengths[i], 0))]);
        }
    }
}

/// <summary>Every occurrence of a text by another; an empty search text changes nothing.</summary>
internal sealed class ReplaceStep(int input, int search, int replacement, int output) : Step
{
    public override void Run(Frame frame)
    {
        var (source, searches, replacements) = (frame.Bytes(input), frame.Bytes(search), frame.Bytes(replacement));
        var result = frame.OutputBytes(output);
        for (var i = 0; i < frame.Count; i++)
        {
            if (source.IsNull(i) || searches.IsNull(i) || replacements.IsNull(i))
            {
                result.AppendNull();
                continue;
            }

            Replace(source[i], searches[i], replacements[i], result);
        }
    }

    private static void Replace(ReadOnlySpan<byte> text, ReadOnlySpan<byte> search, ReadOnlySpan<byte> replacement, BytesColumn result)
    {
        var hits = search.IsEmpty ? 0 : text.Count(search);
        var target = result.AppendUninitialized(text.Length + ((long)hits * (replacement.Length - search.Length)));
        for (; hits > 0; hits--)
        {
            var at = text.IndexOf(search);
            text[..at].CopyTo(target);
            replacement.CopyTo(target[at..]);
            target = target[(at + replacement.Length)..];
            text = text[(at + search.Length)..];
        }

        text.CopyTo(target);
    }
}

/// <summary>Characters of text, or bytes of binary.</summary>
internal sealed class LengthStep(int input, int output) : Step
{
    public override void Run(Frame frame)
    {
        var source = frame.Bytes(input);
        var result = frame.Output<int>(output);
        var isText = source.Type.Kind == TypeKind.String;
        for (var i = 0; i < result.Length; i++)
        {
            var value = source[i];
            result[i] = isText ? Utf8.Length(value) : value.Length;
        }

        frame.SetNulls(output, frame.Nulls(input), result);
    }
}
