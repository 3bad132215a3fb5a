using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions;

/// <summary>An expression whose column types are known; kernels are chosen from it alone.</summary>
internal abstract class BoundExpr
{
    protected BoundExpr(DataType type, bool nullable)
    {
        Type = type;
        ShownScale = type.Scale;
        Nullable = nullable;
    }

    public DataType Type { get; }

    /// <summary>Fractional digits that it has as a column, where it has more inside arithmetic and comparisons (a mean, and what is computed from one); else those of its type.</summary>
    public int ShownScale { get; protected init; }

    /// <summary>False when no row can give null.</summary>
    public bool Nullable { get; }

    /// <summary>For people: C#-like, without conversions that the binder added.</summary>
    public abstract string Text { get; }

    /// <summary>
    /// Complete meaning, types and values included, columns by name: two expressions have the same key exactly when they are the same computation. It is made from the
    /// structure, never from <see cref="Text"/>. Part of fingerprints, so its form is stable.
    /// </summary>
    public abstract string Key { get; }

    /// <summary>Where the values are labels of a list (<see cref="Field.Labels"/>): the list; else empty.</summary>
    public virtual ImmutableArray<string> Labels => [];

    /// <summary>How texts compare that come out of it; null where bytes decide unless what it meets says otherwise (a literal), and for other types.</summary>
    public virtual TextCollation? Collation => null;

    /// <summary>True where the values are those of a column that is <see cref="Field.IsJson"/>.</summary>
    public virtual bool IsJson => false;

    /// <summary>True when some row may raise an overflow.</summary>
    public abstract bool CanFail { get; }

    public override string ToString() => Text;
}

/// <summary>A column of the input.</summary>
internal sealed class BoundColumn : BoundExpr
{
    public BoundColumn(int ordinal, Field field)
        : base(field.Type, field.Nullable)
    {
        Ordinal = ordinal;
        Name = field.Name;
        Key = string.Create(CultureInfo.InvariantCulture, $"[{field.Name.Length}:{field.Name}:{field.Type}]");
        Labels = field.Labels;
        Collation = field.Collation;
        IsJson = field.IsJson;
        ShownScale = field.ShownScale ?? field.Type.Scale;
    }

    public int Ordinal { get; }

    public string Name { get; }

    public override string Text => Name;

    public override string Key { get; }

    public override ImmutableArray<string> Labels { get; }

    public override TextCollation? Collation { get; }

    public override bool IsJson { get; }

    public override bool CanFail => false;

    /// <summary>The same values as mere texts.</summary>
    public BoundColumn WithoutLabels() => new(Ordinal, new Field(Name, Type, Nullable) { Collation = Collation, ShownScale = ShownScale });
}

/// <summary>A literal in the representation of its column storage: byte, int, long, Int128, float, double or byte[] (UTF-8 for strings); null is null.</summary>
internal sealed class BoundConstant(object? value, DataType type, string text) : BoundExpr(type, value is null)
{
    public object? Value { get; } = value;

    public override string Text { get; } = text;

    public override string Key => $"{Canonical()}:{Type}";

    public override bool CanFail => false;

    private string Canonical() => Value switch
    {
        null => "null",
        byte[] bytes => "x" + Convert.ToHexString(bytes),
        float v => "f" + BitConverter.SingleToInt32Bits(v).ToString("x", CultureInfo.InvariantCulture),
        double v => "d" + BitConverter.DoubleToInt64Bits(v).ToString("x", CultureInfo.InvariantCulture),
        _ => ((IFormattable)Value).ToString(null, CultureInfo.InvariantCulture),
    };

    /// <summary>The same value under a type with the same storage.</summary>
    public BoundConstant As(DataType type) => new(Value, type, Text);
}

/// <summary>An operator or function over arguments whose types already fit it.</summary>
internal sealed class BoundCall : BoundExpr
{
    private readonly bool _isImplicit;
    private readonly bool _canFail;
    private string? _text;
    private string? _key;
    private TextCollation? _collation;

    /// <remarks><c>canFail</c>: this operation itself may overflow. <c>isImplicit</c>: a conversion that the binder added, left out of <see cref="Text"/>.</remarks>
    public BoundCall(ScalarOp op, BoundExpr[] arguments, DataType type, bool nullable, bool canFail = false, bool isImplicit = false, ScalarFunction? function = null)
        : base(type, nullable)
    {
        Function = function;
        Op = op;
        Arguments = arguments;
        _isImplicit = isImplicit;
        _canFail = canFail || Array.Exists(arguments, a => a.CanFail);
    }

    /// <summary>The same with fewer digits as a column.</summary>
    public BoundCall Showing(int scale) => new(Op, [.. Arguments], Type, Nullable, _canFail, _isImplicit, Function) { ShownScale = scale };

    public ScalarOp Op { get; }

    /// <summary>Which one, for <see cref="ScalarOp.Function"/>.</summary>
    public ScalarFunction? Function { get; }

    public IReadOnlyList<BoundExpr> Arguments { get; }

    /// <summary>What a comparison or search of texts goes by; null for bytes, and for all else.</summary>
    public TextCollation? ComparedBy { get; init; }

    public override TextCollation? Collation => Op == ScalarOp.Binary ? TextCollation.Bytes
        : Type.Kind == TypeKind.String ? _collation ??= Arguments.Select(a => a.Collation).Aggregate((TextCollation?)null, TextCollation.Combine)
        : null;

    public override string Text => _text ??= Print();

    public override string Key => _key ??= $"{Function?.Name ?? Op.ToString()}({string.Join(",", Arguments.Select(a => a.Key))}):{Type}{(ComparedBy is null ? "" : "@" + ComparedBy.Name)}";

    public override bool CanFail => _canFail;

    /// <summary>A choice between values of one list is a value of that list.</summary>
    public override ImmutableArray<string> Labels => Op is ScalarOp.If or ScalarOp.Coalesce ? CommonLabels([.. Arguments.Skip(Op == ScalarOp.If ? 1 : 0)]) : [];

    private static ImmutableArray<string> CommonLabels(BoundExpr[] choices)
    {
        var labels = choices.Select(c => c.Labels).FirstOrDefault(l => !l.IsEmpty, []);
        return Array.TrueForAll(choices, c => c is BoundConstant constant
            ? constant.Value is not byte[] text || labels.Contains(Encoding.UTF8.GetString(text))
            : c.Labels.SequenceEqual(labels)) ? labels : [];
    }

    private string Print()
    {
        if (_isImplicit)
        {
            return Arguments[0].Text;
        }

        var text = new StringBuilder();
        if (Op == ScalarOp.Cast)
        {
            return text.Append(Type).Append('(').Append(Arguments[0].Text).Append(')').ToString();
        }

        ExprPrinter.Compose(text, Op, [.. Arguments.Select(a => a.Text)], Function);
        return text.ToString();
    }
}
