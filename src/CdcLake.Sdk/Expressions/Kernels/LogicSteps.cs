using System.Numerics;

namespace CdcLake.Expressions.Kernels;

// Truth values are bytes: value 1 = true, null mask 1 = unknown; an unknown row has value 0.

/// <summary>Three-valued AND: false wins over unknown.</summary>
internal sealed class AndStep(int left, int right, int output) : Step
{
    public override void Run(Frame frame)
    {
        var a = frame.Values<byte>(left);
        var b = frame.Values<byte>(right);
        var result = frame.Output<byte>(output);
        Combine(a, b, result);
        var an = frame.Nulls(left);
        var bn = frame.Nulls(right);
        if (an.IsEmpty && bn.IsEmpty)
        {
            return;
        }

        var mask = frame.Mask;
        for (var i = 0; i < mask.Length; i++)
        {
            int unknownA = an.IsEmpty ? 0 : an[i], unknownB = bn.IsEmpty ? 0 : bn[i];
            mask[i] = (byte)((unknownA & (b[i] | unknownB)) | (unknownB & a[i]));
        }

        frame.SetNulls(output, mask, result);
    }

    private static void Combine(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Span<byte> target)
    {
        var i = 0;
        for (; i <= target.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            (new Vector<byte>(a[i..]) & new Vector<byte>(b[i..])).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++)
        {
            target[i] = (byte)(a[i] & b[i]);
        }
    }
}

/// <summary>Three-valued OR: true wins over unknown.</summary>
internal sealed class OrStep(int left, int right, int output) : Step
{
    public override void Run(Frame frame)
    {
        var a = frame.Values<byte>(left);
        var b = frame.Values<byte>(right);
        var result = frame.Output<byte>(output);
        Frame.Or(a, b, result);
        var an = frame.Nulls(left);
        var bn = frame.Nulls(right);
        if (an.IsEmpty && bn.IsEmpty)
        {
            return;
        }

        var mask = frame.Mask;
        for (var i = 0; i < mask.Length; i++)
        {
            int unknownA = an.IsEmpty ? 0 : an[i], unknownB = bn.IsEmpty ? 0 : bn[i];
            mask[i] = (byte)((unknownA | unknownB) & ~(a[i] | b[i]) & 1);
        }

        frame.SetNulls(output, mask, result);
    }
}

/// <summary>NOT: unknown stays unknown.</summary>
internal sealed class NotStep(int input, int output) : Step
{
    public override void Run(Frame frame)
    {
        var values = frame.Values<byte>(input);
        var result = frame.Output<byte>(output);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = (byte)(values[i] ^ 1);
        }

        frame.SetNulls(output, frame.Nulls(input), result);
    }
}

/// <summary>Whether a value of any storage is null (or is not).</summary>
internal sealed class NullTestStep(int input, int output, bool isNull) : Step
{
    public override void Run(Frame frame)
    {
        var result = frame.Output<byte>(output);
        var nulls = frame.Nulls(input);
        if (nulls.IsEmpty)
        {
            result.Fill(isNull ? (byte)0 : (byte)1);
            return;
        }

        var flip = isNull ? (byte)0 : (byte)1;
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = (byte)(nulls[i] ^ flip);
        }
    }
}

/// <summary>
/// Which rows still need a second operand, for errors only: those where the first one has not decided yet. Combines with the guard that is already in force.
/// </summary>
internal sealed class GuardStep(int condition, int outer, int output, GuardKind kind) : Step
{
    public override void Run(Frame frame)
    {
        var result = frame.Output<byte>(output);
        var nulls = frame.Nulls(condition);
        var values = kind == GuardKind.IsNull ? default : frame.Values<byte>(condition);
        var around = outer < 0 ? default : frame.Values<byte>(outer);
        for (var i = 0; i < result.Length; i++)
        {
            var unknown = !nulls.IsEmpty && nulls[i] != 0;
            var needed = kind switch
            {
                GuardKind.IsTrue => values[i] != 0,
                GuardKind.IsNotTrue => values[i] == 0,
                GuardKind.IsNotFalse => unknown || values[i] != 0,
                _ => unknown,
            };
            result[i] = needed && (around.IsEmpty || around[i] != 0) ? (byte)1 : (byte)0;
        }
    }
}

/// <summary>The rows a <see cref="GuardStep"/> keeps.</summary>
internal enum GuardKind
{
    IsTrue,
    IsNotTrue,
    IsNotFalse,
    IsNull,
}
