using System.Numerics;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

internal sealed partial class ProgramBuilder
{
    private int EmitCast(BoundCall call)
    {
        var input = Emit(call.Arguments[0]);
        var source = call.Arguments[0].Type;
        var target = call.Type;
        if (target.Kind == TypeKind.String)
        {
            return Add(target, output => new FormatStep(input, output));
        }

        if (source.Kind == TypeKind.Date && target.Storage == StorageKind.Int64)
        {
            return Add(target, output => new UnaryStep<int, long, MidnightOf>(default, input, output, _guard, call));
        }

        if (!source.IsNumeric && source.Kind != TypeKind.Boolean)
        {
            return Add(target, output => new RetypeStep(input, output)); // times: another fraction or zone of the same microseconds
        }

        return Add(target, output => source.Storage switch
        {
            StorageKind.Float32 => FromFloat<float>(target, input, output, call),
            StorageKind.Float64 => FromFloat<double>(target, input, output, call),
            _ => EmitExactCast(source, target, input, output, call),
        });
    }

    private Step EmitExactCast(DataType source, DataType target, int input, int output, BoundCall call) => source.Storage switch
    {
        StorageKind.Byte => FromExact<byte>(source, target, input, output, call),
        StorageKind.Int32 => FromExact<int>(source, target, input, output, call),
        StorageKind.Int64 => FromExact<long>(source, target, input, output, call),
        _ => FromExact<Int128>(source, target, input, output, call),
    };

    private Step FromExact<TIn>(DataType source, DataType target, int input, int output, BoundCall call)
        where TIn : unmanaged, IBinaryInteger<TIn>
    {
        switch (target.Storage)
        {
            case StorageKind.Byte:
                return new UnaryStep<TIn, byte, ToTruth<TIn>>(default, input, output, _guard, call);
            case StorageKind.Float32:
                return new UnaryStep<TIn, float, ExactToFloat<TIn, float>>(new ExactToFloat<TIn, float>((float)PowersOfTen.Of(source.Scale)), input, output, _guard, call);
            case StorageKind.Float64:
                return new UnaryStep<TIn, double, ExactToFloat<TIn, double>>(new ExactToFloat<TIn, double>((double)PowersOfTen.Of(source.Scale)), input, output, _guard, call);
            case StorageKind.Int32:
                return Exact<TIn, int>(source, target, input, output, call);
            case StorageKind.Int64:
                return Exact<TIn, long>(source, target, input, output, call);
            default:
                return Exact<TIn, Int128>(source, target, input, output, call);
        }
    }

    private Step Exact<TIn, TOut>(DataType source, DataType target, int input, int output, BoundCall call)
        where TIn : unmanaged, IBinaryInteger<TIn>
        where TOut : unmanaged, IBinaryInteger<TOut>
    {
        var shift = target.Scale - source.Scale;
        var factor = PowersOfTen.Of(Math.Max(shift, 0));
        var range = IntegerRange.Of(target);
        var from = IntegerRange.Of(source);
        var fits = shift == 0 ? range.Contains(from) : shift > 0 && DecimalRules.Of(source).Precision + shift <= target.Precision;
        if (!fits)
        {
            return new UnaryStep<TIn, TOut, CheckedCast<TIn, TOut>>(
                new CheckedCast<TIn, TOut>(factor, PowersOfTen.Of(Math.Max(-shift, 0)), range.Min, range.Max), input, output, _guard, call);
        }

        return shift == 0
            ? new UnaryStep<TIn, TOut, Widen<TIn, TOut>>(default, input, output, _guard, call)
            : new UnaryStep<TIn, TOut, ScaleUp<TIn, TOut>>(new ScaleUp<TIn, TOut>(TOut.CreateTruncating(factor)), input, output, _guard, call);
    }

    private Step FromFloat<TIn>(DataType target, int input, int output, BoundCall call)
        where TIn : unmanaged, IFloatingPointIeee754<TIn>
    {
        var range = CommonTypes.IsFloat(target) ? default : IntegerRange.Of(target);
        return target.Storage switch
        {
            StorageKind.Float32 => new UnaryStep<TIn, float, FloatToFloat<TIn, float>>(default, input, output, _guard, call),
            StorageKind.Float64 => new UnaryStep<TIn, double, FloatToFloat<TIn, double>>(default, input, output, _guard, call),
            StorageKind.Int32 => new UnaryStep<TIn, int, FloatToInteger<TIn, int>>(new FloatToInteger<TIn, int>(range.Min, range.Max), input, output, _guard, call),
            StorageKind.Int64 => new UnaryStep<TIn, long, FloatToInteger<TIn, long>>(new FloatToInteger<TIn, long>(range.Min, range.Max), input, output, _guard, call),
            _ => new UnaryStep<TIn, Int128, FloatToInteger<TIn, Int128>>(new FloatToInteger<TIn, Int128>(range.Min, range.Max), input, output, _guard, call),
        };
    }
}

/// <summary>The same values under another type of the same storage.</summary>
internal sealed class RetypeStep(int input, int output) : Step
{
    public override void Run(Frame frame)
    {
        var values = frame.Values<long>(input);
        var result = frame.Output<long>(output);
        values.CopyTo(result);
        frame.SetNulls(output, frame.Nulls(input), result);
    }
}
