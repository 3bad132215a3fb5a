namespace CdcLake.Expressions.Kernels;

/// <summary>A function of two values. Implemented by structs, so that each instance of the loop is compiled with the function inside.</summary>
internal interface IBinary<TIn, TOut>
{
    /// <returns><see cref="Outcome"/>.</returns>
    int Apply(TIn left, TIn right, out TOut result);
}

/// <summary>Applies a function to every row of two registers; null in either gives null.</summary>
/// <remarks><c>guard</c> is the register of the rows whose result matters, or −1: an overflow elsewhere is ignored. <c>source</c> is for messages.</remarks>
internal sealed class BinaryStep<TIn, TOut, TOp>(TOp op, int left, int right, int output, int guard, BoundExpr source) : Step
    where TIn : unmanaged
    where TOut : unmanaged
    where TOp : struct, IBinary<TIn, TOut>
{
    public override void Run(Frame frame)
    {
        var results = frame.Output<TOut>(output);
        var a = frame.Values<TIn>(left)[..results.Length];
        var b = frame.Values<TIn>(right)[..results.Length];
        var outcome = Outcome.Ok;
        var function = op;
        for (var i = 0; i < results.Length; i++)
        {
            outcome |= function.Apply(a[i], b[i], out results[i]);
        }

        var nulls = frame.EitherNull(left, right);
        if (outcome != Outcome.Ok)
        {
            nulls = RunExactly(frame, nulls, a, b, results);
        }

        frame.SetNulls(output, nulls, results);
    }

    private Span<byte> RunExactly(Frame frame, ReadOnlySpan<byte> nulls, ReadOnlySpan<TIn> a, ReadOnlySpan<TIn> b, Span<TOut> results)
    {
        var mask = frame.Mask;
        var active = guard < 0 ? default : frame.Values<byte>(guard);
        for (var i = 0; i < results.Length; i++)
        {
            mask[i] = nulls.IsEmpty ? (byte)0 : nulls[i];
            if (mask[i] != 0)
            {
                continue;
            }

            var outcome = op.Apply(a[i], b[i], out results[i]);
            if (outcome == Outcome.Overflow && (active.IsEmpty || active[i] != 0))
            {
                throw Overflows.Error(source, frame, i, left, right);
            }

            mask[i] = outcome == Outcome.Ok ? (byte)0 : (byte)1;
        }

        return mask;
    }
}
