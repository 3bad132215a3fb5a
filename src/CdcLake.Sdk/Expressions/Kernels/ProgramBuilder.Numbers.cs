using System.Numerics;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

internal sealed partial class ProgramBuilder
{
    private int EmitArithmetic(BoundCall call)
    {
        if (call.Type.Kind == TypeKind.Decimal && call.Op is ScalarOp.Multiply or ScalarOp.Divide)
        {
            return EmitDecimalProduct(call);
        }

        var left = Emit(call.Arguments[0]);
        var right = Emit(call.Arguments[1]);
        var range = CommonTypes.IsFloat(call.Type) ? default : IntegerRange.Of(call.Type);
        return Add(call.Type, output => call.Type.Storage switch
        {
            StorageKind.Int32 => Integers<int, MultiplyInt32>(default, left, right, output, call, range),
            StorageKind.Int64 => Integers<long, MultiplyInt64>(new MultiplyInt64((long)range.Min, (long)range.Max), left, right, output, call, range),
            StorageKind.Int128 => Integers<Int128, MultiplyInt128>(new MultiplyInt128(range.Min, range.Max), left, right, output, call, range),
            StorageKind.Float32 => Floats<float>(left, right, output, call),
            _ => Floats<double>(left, right, output, call),
        });
    }

    private Step Integers<T, TMultiply>(TMultiply multiply, int left, int right, int output, BoundCall call, IntegerRange range)
        where T : unmanaged, IBinaryInteger<T>
        where TMultiply : struct, IBinary<T, T>
    {
        var (min, max) = (T.CreateTruncating(range.Min), T.CreateTruncating(range.Max));
        return call.Op switch
        {
            ScalarOp.Add => new BinaryStep<T, T, AddInteger<T>>(new AddInteger<T>(min, max), left, right, output, _guard, call),
            ScalarOp.Subtract => new BinaryStep<T, T, SubtractInteger<T>>(new SubtractInteger<T>(min, max), left, right, output, _guard, call),
            ScalarOp.Multiply => new BinaryStep<T, T, TMultiply>(multiply, left, right, output, _guard, call),
            ScalarOp.Divide => new BinaryStep<T, T, DivideInteger<T>>(new DivideInteger<T>(max), left, right, output, _guard, call),
            _ => new BinaryStep<T, T, RemainderInteger<T>>(default, left, right, output, _guard, call),
        };
    }

    private Step Floats<T>(int left, int right, int output, BoundCall call)
        where T : unmanaged, IFloatingPointIeee754<T> => call.Op switch
        {
            ScalarOp.Add => new BinaryStep<T, T, AddFloat<T>>(default, left, right, output, _guard, call),
            ScalarOp.Subtract => new BinaryStep<T, T, SubtractFloat<T>>(default, left, right, output, _guard, call),
            ScalarOp.Multiply => new BinaryStep<T, T, MultiplyFloat<T>>(default, left, right, output, _guard, call),
            ScalarOp.Divide => new BinaryStep<T, T, DivideFloat<T>>(default, left, right, output, _guard, call),
            _ => new BinaryStep<T, T, RemainderFloat<T>>(default, left, right, output, _guard, call),
        };

    /// <summary>Products and quotients keep their operands' scales; what needs more than 18 digits is computed in 128 bits.</summary>
    private int EmitDecimalProduct(BoundCall call)
    {
        var (a, b) = (call.Arguments[0], call.Arguments[1]);
        var limit = IntegerRange.Of(call.Type).Max;
        var isNarrow = a.Type.Storage == StorageKind.Int64 && b.Type.Storage == StorageKind.Int64;
        if (call.Op == ScalarOp.Multiply && isNarrow && call.Type.Scale == a.Type.Scale + b.Type.Scale)
        {
            var (x, y) = (Emit(a), Emit(b));
            return Add(call.Type, output => call.Type.Storage == StorageKind.Int64
                ? new BinaryStep<long, long, MultiplyInt64>(new MultiplyInt64(long.MinValue, long.MaxValue), x, y, output, _guard, call)
                : new BinaryStep<long, Int128, MultiplyWide>(default, x, y, output, _guard, call));
        }

        var (left, right) = (EmitWide(a), EmitWide(b));
        var wide = call.Type.Storage == StorageKind.Int128 ? call.Type : DataType.Decimal(DataType.MaxDecimalPrecision, call.Type.Scale);
        var dropped = a.Type.Scale + b.Type.Scale - call.Type.Scale;
        var shift = call.Type.Scale + b.Type.Scale - a.Type.Scale;
        var result = Add(wide, output => (call.Op, dropped) switch
        {
            (ScalarOp.Multiply, 0) => new BinaryStep<Int128, Int128, MultiplyInt128>(new MultiplyInt128(-limit, limit), left, right, output, _guard, call),
            (ScalarOp.Multiply, _) => new BinaryStep<Int128, Int128, MultiplyRounded>(
                new MultiplyRounded(PowersOfTen.Of(dropped), limit), left, right, output, _guard, call),
            _ when DecimalRules.IsCutOff(call.Type, b.Type) =>
                new BinaryStep<Int128, Int128, CutOffDecimal>(new CutOffDecimal(PowersOfTen.Of(shift), limit), left, right, output, _guard, call),
            _ => new BinaryStep<Int128, Int128, DivideDecimal>(new DivideDecimal(PowersOfTen.Of(shift), limit), left, right, output, _guard, call),
        });
        return wide == call.Type
            ? result
            : Add(call.Type, output => new UnaryStep<Int128, long, Widen<Int128, long>>(default, result, output, _guard, call));
    }

    /// <summary>The value in 128 bits, same scale.</summary>
    private int EmitWide(BoundExpr value)
    {
        var narrow = Emit(value);
        if (value.Type.Storage == StorageKind.Int128)
        {
            return narrow;
        }

        return Add(DataType.Decimal(DataType.MaxDecimalPrecision, value.Type.Scale), output => new UnaryStep<long, Int128, Widen<long, Int128>>(default, narrow, output, _guard, value));
    }

    private int EmitNumeric(BoundCall call)
    {
        var input = Emit(call.Arguments[0]);
        var source = call.Arguments[0].Type;
        if (CommonTypes.IsFloat(source))
        {
            return Add(call.Type, output => source.Storage == StorageKind.Float32 ? Float<float>(call, input, output) : Float<double>(call, input, output));
        }

        if (call.Op is ScalarOp.Negate or ScalarOp.Abs)
        {
            return Add(call.Type, output => source.Storage switch
            {
                StorageKind.Int32 => Sign<int>(call, input, output),
                StorageKind.Int64 => Sign<long>(call, input, output),
                _ => Sign<Int128>(call, input, output),
            });
        }

        if (source.Scale <= call.Type.Scale)
        {
            return input;
        }

        // Rounded in the source's storage, then narrowed if the result needs less.
        var same = call.Type with { Precision = source.Precision };
        var divisor = PowersOfTen.Of(source.Scale - call.Type.Scale);
        var rounded = Add(same, output => source.Storage == StorageKind.Int64
            ? new UnaryStep<long, long, RoundDecimal<long>>(new RoundDecimal<long>(RoundingOf(call.Op), divisor), input, output, _guard, call)
            : new UnaryStep<Int128, Int128, RoundDecimal<Int128>>(new RoundDecimal<Int128>(RoundingOf(call.Op), divisor), input, output, _guard, call));
        return Add(call.Type, output => EmitExactCast(same, call.Type, rounded, output, call));
    }

    private Step Sign<T>(BoundCall call, int input, int output)
        where T : unmanaged, IBinaryInteger<T>
    {
        var range = IntegerRange.Of(call.Type);
        return call.Op == ScalarOp.Negate
            ? new UnaryStep<T, T, NegateInteger<T>>(new NegateInteger<T>(T.CreateTruncating(range.Min), T.CreateTruncating(range.Max)), input, output, _guard, call)
            : new UnaryStep<T, T, AbsInteger<T>>(new AbsInteger<T>(T.CreateTruncating(range.Max)), input, output, _guard, call);
    }

    private Step Float<T>(BoundCall call, int input, int output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (call.Op)
        {
            case ScalarOp.Negate:
                return new UnaryStep<T, T, NegateFloat<T>>(default, input, output, _guard, call);
            case ScalarOp.Abs:
                return new UnaryStep<T, T, AbsFloat<T>>(default, input, output, _guard, call);
            default:
                var digits = call.Arguments.Count > 1 ? (int)((BoundConstant)call.Arguments[1]).Value! : 0;
                return new UnaryStep<T, T, RoundFloat<T>>(new RoundFloat<T>(RoundingOf(call.Op), digits), input, output, _guard, call);
        }
    }

    private static Rounding RoundingOf(ScalarOp op) => op switch
    {
        ScalarOp.Floor => Rounding.Floor,
        ScalarOp.Ceiling => Rounding.Ceiling,
        ScalarOp.Truncate => Rounding.Truncate,
        ScalarOp.RoundEven => Rounding.HalfEven,
        _ => Rounding.HalfAway,
    };
}
