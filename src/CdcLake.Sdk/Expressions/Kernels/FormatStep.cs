using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

/// <summary>Integers and decimals to their text.</summary>
internal sealed class FormatStep(int input, int output) : Step
{
    public override void Run(Frame frame)
    {
        var result = frame.OutputBytes(output);
        var column = frame[input];
        Span<byte> buffer = stackalloc byte[DecimalText.MaxLength];
        for (var i = 0; i < frame.Count; i++)
        {
            if (column.IsNull(i))
            {
                result.AppendNull();
                continue;
            }

            var value = column switch
            {
                FixedColumn<int> c => c.Values[i],
                FixedColumn<long> c => c.Values[i],
                FixedColumn<Int128> c => c.Values[i],
                _ => throw new InvalidOperationException($"No text for {column.Type}."),
            };
            var scale = column.Type.Kind == TypeKind.Decimal ? column.Type.Scale : 0;
            result.Append(buffer[..DecimalText.Format(value, scale, buffer)]);
        }
    }
}
