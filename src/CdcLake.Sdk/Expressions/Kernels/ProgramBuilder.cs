using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

/// <summary>
/// Compiles expressions to a straight list of steps over registers. Equal sub-expressions share a register; what only some rows need (the branches of a conditional, the right side
/// of a short-circuit) is computed for all rows, and a guard register says for which of them an overflow counts.
/// </summary>
internal sealed partial class ProgramBuilder
{
    private readonly List<Step> _steps = [];
    private readonly List<RegisterUse> _registers = [];
    private readonly Stack<Dictionary<string, int>> _scopes = new();
    private int _guard = -1;

    public ProgramBuilder() => _scopes.Push(new Dictionary<string, int>(StringComparer.Ordinal));

    public ExprProgram Build() => new([.. _steps], [.. _registers]);

    /// <summary>The register that will hold the value.</summary>
    public int Emit(BoundExpr expression)
    {
        foreach (var scope in _scopes)
        {
            if (scope.TryGetValue(expression.Key, out var known))
            {
                return known;
            }
        }

        var register = expression switch
        {
            BoundColumn column => Register(new RegisterUse(column.Type, column.Ordinal, null)),
            BoundConstant constant => Register(new RegisterUse(constant.Type, -1, constant)),
            BoundLabel label => EmitLabel(label),
            BoundTextKey key => Add(key.Type, output => new TextKeyStep(key.Collation, Emit(key.Value), output)),
            BoundPack pack => EmitPack(pack),
            BoundSortKey key => Add(key.Type, output => new SortKeyStep(key.By, key.Descending, Emit(key.Value), output)),
            BoundJoinedTexts joined => Add(joined.Type, output => new JoinedTextsStep(joined, Emit(joined.Value), output)),
            BoundUnpack unpack => Add(unpack.Type, output => new UnpackStep(unpack.Part, unpack.Parts, Emit(unpack.Value), output)),
            _ => EmitCall((BoundCall)expression),
        };
        _scopes.Peek()[expression.Key] = register;
        return register;
    }

    private int EmitCall(BoundCall call) => call.Op switch
    {
        >= ScalarOp.Add and <= ScalarOp.Remainder => EmitArithmetic(call),
        >= ScalarOp.Equal and <= ScalarOp.Compare => EmitComparison(call),
        ScalarOp.And or ScalarOp.Or => EmitShortCircuit(call),
        ScalarOp.Not => Add(call.Type, output => new NotStep(Emit(call.Arguments[0]), output)),
        ScalarOp.IsNull or ScalarOp.IsNotNull =>
            Add(call.Type, output => new NullTestStep(Emit(call.Arguments[0]), output, call.Op == ScalarOp.IsNull)),
        ScalarOp.If => EmitIf(call),
        ScalarOp.Coalesce => EmitCoalesce(call),
        ScalarOp.Cast => EmitCast(call),
        >= ScalarOp.Concat and <= ScalarOp.Replace => EmitText(call),
        >= ScalarOp.Year and <= ScalarOp.AddTime => EmitDate(call),
        ScalarOp.Function => EmitFunction(call),
        ScalarOp.Binary => Emit(call.Arguments[0]),
        _ => EmitNumeric(call),
    };

    private int EmitShortCircuit(BoundCall call)
    {
        var left = Emit(call.Arguments[0]);
        var right = Guarded(call.Arguments[1], left, call.Op == ScalarOp.And ? GuardKind.IsNotFalse : GuardKind.IsNotTrue);
        return Add(call.Type, output => call.Op == ScalarOp.And ? new AndStep(left, right, output) : new OrStep(left, right, output));
    }

    private int EmitIf(BoundCall call)
    {
        var test = Emit(call.Arguments[0]);
        var first = Guarded(call.Arguments[1], test, GuardKind.IsTrue);
        var second = Guarded(call.Arguments[2], test, GuardKind.IsNotTrue);
        return Add(call.Type, output => call.Type.Storage switch
        {
            StorageKind.Byte => new IfStep<byte>(test, first, second, output),
            StorageKind.Int32 => new IfStep<int>(test, first, second, output),
            StorageKind.Int64 => new IfStep<long>(test, first, second, output),
            StorageKind.Int128 => new IfStep<Int128>(test, first, second, output),
            StorageKind.Float32 => new IfStep<float>(test, first, second, output),
            StorageKind.Float64 => new IfStep<double>(test, first, second, output),
            _ => new IfBytesStep(test, first, second, output),
        });
    }

    private int EmitCoalesce(BoundCall call)
    {
        var first = Emit(call.Arguments[0]);
        var second = Guarded(call.Arguments[1], first, GuardKind.IsNull);
        return Add(call.Type, output => call.Type.Storage switch
        {
            StorageKind.Byte => new CoalesceStep<byte>(first, second, output),
            StorageKind.Int32 => new CoalesceStep<int>(first, second, output),
            StorageKind.Int64 => new CoalesceStep<long>(first, second, output),
            StorageKind.Int128 => new CoalesceStep<Int128>(first, second, output),
            StorageKind.Float32 => new CoalesceStep<float>(first, second, output),
            StorageKind.Float64 => new CoalesceStep<double>(first, second, output),
            _ => new CoalesceBytesStep(first, second, output),
        });
    }

    /// <summary>Emits an operand that matters for some rows only. What cannot fail needs no guard and is shared as usual.</summary>
    private int Guarded(BoundExpr expression, int condition, GuardKind kind)
    {
        if (!expression.CanFail)
        {
            return Emit(expression);
        }

        var outer = _guard;
        _guard = Add(DataType.Boolean, output => new GuardStep(condition, outer, output, kind));
        _scopes.Push(new Dictionary<string, int>(StringComparer.Ordinal));
        var register = Emit(expression);
        _scopes.Pop();
        _guard = outer;
        return register;
    }

    private int Add(DataType type, Func<int, Step> create)
    {
        var output = Register(new RegisterUse(type, -1, null));
        _steps.Add(create(output));
        return output;
    }

    private int Register(RegisterUse use)
    {
        _registers.Add(use);
        return _registers.Count - 1;
    }
}

/// <summary>What a register is.</summary>
/// <param name="Type">Type of its values.</param>
/// <param name="Column">Ordinal of the input column it stands for, or −1.</param>
/// <param name="Constant">The constant it is filled with, or null.</param>
internal sealed record RegisterUse(DataType Type, int Column, BoundConstant? Constant);
