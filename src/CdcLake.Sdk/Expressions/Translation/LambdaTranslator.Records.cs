using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;

namespace CdcLake.Expressions.Translation;

internal sealed partial class LambdaTranslator
{
    private RecordShape VisitNew(NewExpression e)
    {
        if (ClrTypes.IsScalar(e.Type))
        {
            throw Unsupported.Error(e, $"a {ClrTypes.Name(e.Type)} cannot be built from columns", "Only constant arguments are evaluated, where the operator is called.");
        }

        var members = new List<ShapeMember>(e.Arguments.Count);
        var parameters = e.Constructor?.GetParameters() ?? [];
        for (var i = 0; i < e.Arguments.Count; i++)
        {
            var property = e.Members is null ? FindProperty(e.Type, parameters[i].Name) : e.Members[i] as PropertyInfo;
            var name = property?.Name ?? parameters[i].Name ?? "";
            var mapping = MemberMapping.Of(property, i < parameters.Length ? parameters[i] : null);
            members.Add(new ShapeMember(name, mapping.ColumnName, Visit(e.Arguments[i])) { IsKey = mapping.IsKey });
        }

        return new RecordShape(e.Type, members);
    }

    private RecordShape VisitInit(MemberInitExpression e)
    {
        var members = VisitNew(e.NewExpression).Members.ToList();
        foreach (var binding in e.Bindings)
        {
            if (binding is not MemberAssignment assignment)
            {
                throw Unsupported.Error(e, "nested initialisers of lists and members are outside the supported C# subset", "Assign each property: Property = value.");
            }

            members.RemoveAll(m => m.Name == assignment.Member.Name);
            var mapping = MemberMapping.Of(assignment.Member);
            if (!mapping.IsLeftOut)
            {
                members.Add(new ShapeMember(assignment.Member.Name, mapping.ColumnName, Visit(assignment.Expression)) { IsKey = mapping.IsKey });
            }
        }

        return new RecordShape(e.Type, members);
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "Only looks for an attribute; result types are annotated on the operators, and without the property the parameter's name is used.")]
    private static PropertyInfo? FindProperty(Type type, string? name) =>
        name is null ? null : type.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
}
