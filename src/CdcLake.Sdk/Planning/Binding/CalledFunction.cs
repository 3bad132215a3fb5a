using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Translation;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>A function of the user over objects: its parameter is made of columns, and its result becomes columns by its public properties.</summary>
internal sealed class CalledFunction<[DynamicallyAccessedMembers(RowMembers.Kept)] T, [DynamicallyAccessedMembers(RowMembers.Kept)] TResult> : UserFunction
{
    private readonly Func<T, TResult> _function;
    private readonly RowMembers? _members;

    /// <param name="function">The function.</param>
    /// <param name="version">What it is called.</param>
    /// <param name="reads">Columns of the parameter; null for untyped rows.</param>
    /// <exception cref="SchemaMismatchException">A property of either type can stand for no column.</exception>
    public CalledFunction(Func<T, TResult> function, string version, IReadOnlyList<NamedExpr>? reads)
    {
        _function = function;
        Version = version;
        Reads = reads;
        if (reads is not null && !ClrTypes.IsScalar(typeof(T)))
        {
            RowMembers.Of(typeof(T));
        }

        if (ClrTypes.IsScalar(typeof(TResult)))
        {
            Output = new Schema([new Field("value", TypeOf(typeof(TResult), null), ClrTypes.AllowsNull(typeof(TResult)))]);
            Result = new ScalarShape(new ColumnExpr(0, "value", typeof(TResult)));
            return;
        }

        _members = RowMembers.Of(typeof(TResult));
        List<(RowMember Member, string Name)> named = [.. _members.Members.Select(m => (m, m.ColumnName ?? ShapeColumns.Snake(m.Property)))];
        if (named.GroupBy(m => m.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new SchemaMismatchException($"Two properties of {typeof(TResult).Name} become column \"{twice.Key}\". Rename one of them, or give it another column with [ColumnName(\"…\")].");
        }

        Output = new Schema(named.Select(m => new Field(m.Name, TypeOf(m.Member.Type, typeof(TResult).GetProperty(m.Member.Property)), ClrTypes.AllowsNull(m.Member.Type))));
        Result = new RecordShape(typeof(TResult), [.. named.Select(m => new ShapeMember(m.Member.Property, m.Member.ColumnName, new ScalarShape(new ColumnExpr(0, m.Name, m.Member.Type))) { IsKey = m.Member.IsKey })]);
    }

    public override string Version { get; }

    public override Delegate Function => _function;

    public override IReadOnlyList<NamedExpr>? Reads { get; }

    public override Schema Output { get; }

    public override Shape Result { get; }

    public override Projection Over(string name, Schema input)
    {
        var getters = _members?.Members.Select(m => MethodInvoker.Create(typeof(TResult).GetProperty(m.Property)!.GetMethod!)).ToArray();
        return new FunctionProjection<T>(name, Version, Output, ResultObjects<T>.OfRows(input), row =>
        {
            var result = _function(row);
            return getters is null ? [result] : result is null ? null : [.. getters.Select(g => g.Invoke(result))];
        });
    }

    private static DataType TypeOf(Type type, PropertyInfo? property) => ClrTypes.ColumnType(type)!.Value is var column && column.Kind == TypeKind.Decimal ? DecimalTypeName.Of(property) : column;
}
