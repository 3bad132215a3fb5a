namespace CdcLake.Expressions.Kernels;

/// <summary>A function of one value. Implemented by structs, so that each instance of the loop is compiled with the function inside.</summary>
internal interface IUnary<TIn, TOut>
{
    /// <returns><see cref="Outcome"/>.</returns>
    int Apply(TIn value, out TOut result);
}

/// <summary>Applies a function to every row; null gives null.</summary>
/// <remarks><c>guard</c> is the register of the rows whose result matters, or −1: an overflow elsewhere is ignored. <c>source</c> is for messages.</remarks>
internal sealed class UnaryStep<TIn, TOut, TOp>(TOp op, int input, int output, int guard, BoundExpr source) : Step
    where TIn : unmanaged
    where TOut : unmanaged
    where TOp : struct, IUnary<TIn, TOut>
{
    public override void Run(Frame frame)
    {
        var values = frame.Values<TIn>(input);
        var results = frame.Output<TOut>(output);
        var outcome = Outcome.Ok;
        var function = op;
        for (var i = 0; i < results.Length && i < values.Length; i++)
        {
            outcome |= function.Apply(values[i], out results[i]);
        }

        var nulls = frame.Nulls(input);
        if (outcome != Outcome.Ok)
        {
            nulls = RunExactly(frame, nulls, values, results);
        }

        frame.SetNulls(output, nulls, results);
    }

    private Span<byte> RunExactly(Frame frame, ReadOnlySpan<byte> nulls, ReadOnlySpan<TIn> values, Span<TOut> results)
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

            var outcome = op.Apply(values[i], out results[i]);
            if (outcome == Outcome.Overflow && (active.IsEmpty || active[i] != 0))
            {
                throw Overflows.Error(source, frame, i, input);
            }

            mask[i] = outcome == Outcome.Ok ? (byte)0 : (byte)1;
        }

        return mask;
    }
}
