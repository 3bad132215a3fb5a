namespace CdcLake.Expressions.Kernels;

/// <summary>Equality, order and search of byte sequences: text by its UTF-8 bytes, which is the order of its code points.</summary>
internal sealed class BytesTestStep(ScalarOp op, int left, int right, int output) : Step
{
    public override void Run(Frame frame)
    {
        var (a, b) = (frame.Bytes(left), frame.Bytes(right));
        var result = frame.Output<byte>(output);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Test(a[i], b[i]) ? (byte)1 : (byte)0;
        }

        frame.SetNulls(output, frame.EitherNull(left, right), result);
    }

    private bool Test(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => op switch
    {
        ScalarOp.Equal => a.SequenceEqual(b),
        ScalarOp.NotEqual => !a.SequenceEqual(b),
        ScalarOp.Less => a.SequenceCompareTo(b) < 0,
        ScalarOp.LessOrEqual => a.SequenceCompareTo(b) <= 0,
        ScalarOp.Greater => a.SequenceCompareTo(b) > 0,
        ScalarOp.GreaterOrEqual => a.SequenceCompareTo(b) >= 0,
        ScalarOp.StartsWith => a.StartsWith(b),
        ScalarOp.EndsWith => a.EndsWith(b),
        _ => a.IndexOf(b) >= 0,
    };
}

/// <summary>−1, 0 or 1.</summary>
internal sealed class BytesCompareStep(int left, int right, int output) : Step
{
    public override void Run(Frame frame)
    {
        var (a, b) = (frame.Bytes(left), frame.Bytes(right));
        var result = frame.Output<int>(output);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Math.Sign(a[i].SequenceCompareTo(b[i]));
        }

        frame.SetNulls(output, frame.EitherNull(left, right), result);
    }
}
