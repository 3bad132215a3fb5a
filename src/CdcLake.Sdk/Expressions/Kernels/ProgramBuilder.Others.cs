using System.Numerics;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

internal sealed partial class ProgramBuilder
{
    private int EmitComparison(BoundCall call)
    {
        var (left, right) = (Emit(call.Arguments[0]), Emit(call.Arguments[1]));
        return Add(call.Type, output => call.Arguments[0].Type.Storage switch
        {
            StorageKind.Byte => Compare<byte>(call, left, right, output),
            StorageKind.Int32 => Compare<int>(call, left, right, output),
            StorageKind.Int64 => Compare<long>(call, left, right, output),
            StorageKind.Int128 => Compare<Int128>(call, left, right, output),
            StorageKind.Float32 => Compare<float>(call, left, right, output),
            StorageKind.Float64 => Compare<double>(call, left, right, output),
            _ when call.ComparedBy is { } collation => new CollatedTestStep(call.Op, collation, left, right, output),
            _ when call.Op == ScalarOp.Compare => new BytesCompareStep(left, right, output),
            _ => new BytesTestStep(call.Op, left, right, output),
        });
    }

    private Step Compare<T>(BoundCall call, int left, int right, int output)
        where T : unmanaged, IComparisonOperators<T, T, bool> => call.Op switch
        {
            ScalarOp.Equal => new BinaryStep<T, byte, IsEqual<T>>(default, left, right, output, _guard, call),
            ScalarOp.NotEqual => new BinaryStep<T, byte, IsNotEqual<T>>(default, left, right, output, _guard, call),
            ScalarOp.Less => new BinaryStep<T, byte, IsLess<T>>(default, left, right, output, _guard, call),
            ScalarOp.LessOrEqual => new BinaryStep<T, byte, IsLessOrEqual<T>>(default, left, right, output, _guard, call),
            ScalarOp.Greater => new BinaryStep<T, byte, IsLess<T>>(default, right, left, output, _guard, call),
            _ => new BinaryStep<T, byte, IsLessOrEqual<T>>(default, right, left, output, _guard, call),
        };

    private int EmitText(BoundCall call)
    {
        var registers = call.Arguments.Select(Emit).ToArray();
        return Add(call.Type, output => call.Op switch
        {
            ScalarOp.Concat => new ConcatStep(registers[0], registers[1], output),
            ScalarOp.Length => new LengthStep(registers[0], output),
            ScalarOp.Substring => new SubstringStep(registers[0], registers[1], registers.Length > 2 ? registers[2] : -1, output),
            ScalarOp.Replace => new ReplaceStep(registers[0], registers[1], registers[2], output),
            ScalarOp.StartsWith or ScalarOp.EndsWith or ScalarOp.Contains when call.ComparedBy is { } collation =>
                new CollatedSearchStep(call.Op, collation, registers[0], registers[1], output),
            ScalarOp.StartsWith or ScalarOp.EndsWith or ScalarOp.Contains => new BytesTestStep(call.Op, registers[0], registers[1], output),
            _ => new TextMapStep(call.Op, registers[0], output),
        });
    }

    private int EmitFunction(BoundCall call)
    {
        int[] registers = [.. call.Arguments.Select(Emit)];
        return Add(call.Type, output => new FunctionStep(call.Function!, registers, output, _guard, call));
    }

    private int EmitPack(BoundPack pack)
    {
        int[] registers = [.. pack.Values.Select(Emit)];
        return Add(pack.Type, output => new PackStep(registers, output, pack.IsNullable));
    }

    private int EmitLabel(BoundLabel label)
    {
        var input = Emit(label.Value);
        var table = new LabelTable(label.Meanings.Select(m => m.Label));
        return Add(label.Type, output => label.Type.Storage switch
        {
            StorageKind.Int32 => new LabelNumberStep<int>(table, Meanings<int>(label), input, output, _guard, label),
            StorageKind.Int64 => new LabelNumberStep<long>(table, Meanings<long>(label), input, output, _guard, label),
            StorageKind.Int128 => new LabelNumberStep<Int128>(table, Meanings<Int128>(label), input, output, _guard, label),
            _ => new LabelNameStep(table, Meanings<byte[]>(label), input, output),
        });
    }

    private static T[] Meanings<T>(BoundLabel label) => [.. label.Meanings.Select(m => (T)m.Meaning)];

    private int EmitDate(BoundCall call)
    {
        var input = Emit(call.Arguments[0]);
        var isDate = call.Arguments[0].Type.Kind == TypeKind.Date;
        if (call.Op == ScalarOp.AddTime)
        {
            var amount = (long)((BoundConstant)call.Arguments[1]).Value!;
            return Add(call.Type, output => isDate
                ? new UnaryStep<int, int, AddDays>(new AddDays((int)(amount / TimeSpan.MicrosecondsPerDay)), input, output, _guard, call)
                : new UnaryStep<long, long, AddMicroseconds>(new AddMicroseconds(amount), input, output, _guard, call));
        }

        if (call.Op == ScalarOp.Date)
        {
            return Add(call.Type, output => new UnaryStep<long, int, DateOf>(default, input, output, _guard, call));
        }

        return Add(call.Type, output => isDate
            ? new UnaryStep<int, int, DatePart>(new DatePart(call.Op), input, output, _guard, call)
            : new UnaryStep<long, int, DateTimePart>(new DateTimePart(call.Op), input, output, _guard, call));
    }
}
