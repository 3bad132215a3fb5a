using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions.Kernels;

/// <summary>Comparison of texts by a collation.</summary>
internal sealed class CollatedTestStep(ScalarOp op, TextCollation collation, int left, int right, int output) : Step
{
    private readonly (KeyBuffer A, KeyBuffer B) _scratch = (new KeyBuffer(), new KeyBuffer());

    public override void Run(Frame frame)
    {
        if (op == ScalarOp.Compare)
        {
            Compare(frame);
            return;
        }

        var (a, b) = (frame.Bytes(left), frame.Bytes(right));
        var result = frame.Output<byte>(output);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Test(collation.Compare(a[i], b[i], _scratch)) ? (byte)1 : (byte)0;
        }

        frame.SetNulls(output, frame.EitherNull(left, right), result);
    }

    private void Compare(Frame frame)
    {
        var (a, b) = (frame.Bytes(left), frame.Bytes(right));
        var result = frame.Output<int>(output);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Math.Sign(collation.Compare(a[i], b[i], _scratch));
        }

        frame.SetNulls(output, frame.EitherNull(left, right), result);
    }

    private bool Test(int order) => op switch
    {
        ScalarOp.Equal => order == 0,
        ScalarOp.NotEqual => order != 0,
        ScalarOp.Less => order < 0,
        ScalarOp.LessOrEqual => order <= 0,
        ScalarOp.Greater => order > 0,
        _ => order >= 0,
    };
}

/// <summary>Whether a text begins or ends with another one or has it inside, by a collation and character by character, as LIKE does it.</summary>
internal sealed class CollatedSearchStep(ScalarOp op, TextCollation collation, int left, int right, int output) : Step
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

    private bool Test(ReadOnlySpan<byte> text, ReadOnlySpan<byte> search) => op switch
    {
        ScalarOp.StartsWith => TextSearch.LengthOfStart(text, search, collation) >= 0,
        ScalarOp.EndsWith => TextSearch.EndsWith(text, search, collation),
        _ => TextSearch.IndexOf(text, search, collation) >= 0,
    };
}

/// <summary>Keys of texts; null gives null.</summary>
internal sealed class TextKeyStep(TextCollation collation, int input, int output) : Step
{
    private readonly KeyBuffer _key = new();

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

            _key.Clear();
            collation.AppendKey(source[i], _key);
            result.Append(_key.Bytes);
        }
    }
}
