namespace CdcLake.Expressions.Kernels;

/// <summary>Applies a function of the table to every row; null in any argument gives null.</summary>
/// <remarks><c>guard</c> is the register of the rows whose result matters, or −1: an overflow elsewhere is null.</remarks>
internal sealed class FunctionStep(ScalarFunction function, int[] inputs, int output, int guard, BoundExpr source) : Step
{
    private readonly FunctionRow _row = new(inputs.Length);

    public override void Run(Frame frame)
    {
        var result = frame[output];
        result.Clear();
        result.Reserve(frame.Count);
        _row.BindResult(result);
        for (var i = 0; i < inputs.Length; i++)
        {
            _row.Bind(i, frame[inputs[i]]);
        }

        for (var i = 0; i < frame.Count; i++)
        {
            _row.Index = i;
            var outcome = _row.HasNull ? FunctionOutcome.Null : function.Kernel(_row);
            if (outcome == FunctionOutcome.Overflow && (guard < 0 || frame.Values<byte>(guard)[i] != 0))
            {
                throw Overflows.Error(source, frame, i, inputs);
            }

            if (outcome != FunctionOutcome.Value)
            {
                _row.PutNull();
            }
        }
    }
}
