namespace CdcLake.Expressions.Kernels;

/// <summary>Condition ? first : second, row by row; false and unknown choose the second.</summary>
internal sealed class IfStep<T>(int condition, int first, int second, int output) : Step
    where T : unmanaged
{
    public override void Run(Frame frame)
    {
        var test = frame.Values<byte>(condition);
        var a = frame.Values<T>(first);
        var b = frame.Values<T>(second);
        var result = frame.Output<T>(output);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = test[i] != 0 ? a[i] : b[i];
        }

        var an = frame.Nulls(first);
        var bn = frame.Nulls(second);
        if (!an.IsEmpty || !bn.IsEmpty)
        {
            var mask = frame.Mask;
            for (var i = 0; i < mask.Length; i++)
            {
                var nulls = test[i] != 0 ? an : bn;
                mask[i] = nulls.IsEmpty ? (byte)0 : nulls[i];
            }

            frame.SetNulls(output, mask, result);
        }
    }
}

/// <summary><see cref="IfStep{T}"/> for strings and binary.</summary>
internal sealed class IfBytesStep(int condition, int first, int second, int output) : Step
{
    public override void Run(Frame frame)
    {
        var test = frame.Values<byte>(condition);
        var (a, b) = (frame.Bytes(first), frame.Bytes(second));
        var result = frame.OutputBytes(output);
        for (var i = 0; i < test.Length; i++)
        {
            result.AppendFrom(test[i] != 0 ? a : b, i);
        }
    }
}

/// <summary>The first value, or where it is null the second.</summary>
internal sealed class CoalesceStep<T>(int first, int second, int output) : Step
    where T : unmanaged
{
    public override void Run(Frame frame)
    {
        var a = frame.Values<T>(first);
        var b = frame.Values<T>(second);
        var result = frame.Output<T>(output);
        var an = frame.Nulls(first);
        var bn = frame.Nulls(second);
        if (an.IsEmpty)
        {
            a.CopyTo(result);
            return;
        }

        for (var i = 0; i < result.Length; i++)
        {
            result[i] = an[i] != 0 ? b[i] : a[i];
        }

        if (!bn.IsEmpty)
        {
            var mask = frame.Mask;
            for (var i = 0; i < mask.Length; i++)
            {
                mask[i] = (byte)(an[i] & bn[i]);
            }

            frame.SetNulls(output, mask, result);
        }
    }
}

/// <summary><see cref="CoalesceStep{T}"/> for strings and binary.</summary>
internal sealed class CoalesceBytesStep(int first, int second, int output) : Step
{
    public override void Run(Frame frame)
    {
        var (a, b) = (frame.Bytes(first), frame.Bytes(second));
        var result = frame.OutputBytes(output);
        for (var i = 0; i < frame.Count; i++)
        {
            result.AppendFrom(a.IsNull(i) ? b : a, i);
        }
    }
}
