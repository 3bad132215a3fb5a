using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Binding;

// A column of an enum type holds labels. A member stands for the label that is spelled like its [EnumMember(Value)] or its name; where none is spelled exactly so, for the one
// that differs in letter case only, since MySQL compares labels that way. A column without a list of labels (VARCHAR) holds the spelling itself.

/// <summary>Which label of a column stands for which member of a .NET enum.</summary>
internal static class EnumLabels
{
    /// <summary>The label that rows hold for a member.</summary>
    /// <param name="member">The member.</param>
    /// <param name="column">The value it is compared with, or chosen beside.</param>
    /// <exception cref="SchemaMismatchException">No label stands for the member, or several do.</exception>
    public static BoundConstant LabelOf(Enum member, BoundExpr column)
    {
        var found = Find(member, column.Labels);
        if (found.Count == 1)
        {
            return new BoundConstant(Encoding.UTF8.GetBytes(found[0]), DataType.String, $"{member.GetType().Name}.{member}");
        }

        var name = $"{member.GetType().Name}.{member}";
        throw new SchemaMismatchException(found.Count == 0
            ? $"{name} meets column {column.Text}, which has no label for it, so no row would ever match. Labels: {List(column.Labels)}. Rename the member, or give it its label: [EnumMember(Value = \"…\")]."
            : $"{name} meets column {column.Text}, which has several labels for it: {List(found)}. Say which is meant: [EnumMember(Value = \"…\")].");
    }

    /// <summary>Two values of one enum, in labels that can be compared: those of one list, or the members' names where the lists differ.</summary>
    public static (BoundExpr Left, BoundExpr Right) Align(Expr left, BoundExpr a, Expr right, BoundExpr b)
    {
        var type = ClrTypes.Strip(left.Type);
        if (!type.IsEnum || type != ClrTypes.Strip(right.Type) || a is BoundConstant { Value: null } || b is BoundConstant { Value: null })
        {
            return (a, b);
        }

        return (left, right) switch
        {
            (ConstantExpr, ConstantExpr) => (a, b),
            (_, ConstantExpr { Value: Enum member }) => (a, LabelOf(member, a)),
            (ConstantExpr { Value: Enum member }, _) => (LabelOf(member, b), b),
            _ when a.Labels.SequenceEqual(b.Labels) => (a, b),
            _ => (NameOf(type, a), NameOf(type, b)),
        };
    }

    /// <summary>The name of the member that a label stands for, as C#'s <c>ToString()</c> gives it; text that stands for none stays.</summary>
    public static BoundExpr NameOf(Type type, BoundExpr value)
    {
        var members = Members(type, value.Labels);
        return members.All(m => m.Label == m.Member.ToString())
            ? value
            : new BoundLabel(value, type, [.. members.Select(m => (m.Label, (object)Encoding.UTF8.GetBytes(m.Member.ToString())))], DataType.String, [.. Enum.GetNames(type)]);
    }

    /// <summary>The same as text that is asked for: it is ordered as texts are, not by the places of labels.</summary>
    public static BoundExpr TextOf(Type type, BoundExpr value) => NameOf(type, value) switch
    {
        BoundLabel label => new BoundLabel(label.Value, label.EnumType, label.Meanings, label.Type, []),
        BoundColumn column => column.WithoutLabels(),
        var other => other,
    };

    /// <summary>The number of the member that a label stands for, in the enum's underlying type.</summary>
    /// <exception cref="SchemaMismatchException">A label of the column stands for no member.</exception>
    public static BoundLabel NumberOf(Type type, BoundExpr value)
    {
        var members = Members(type, value.Labels);
        var unknown = value.Labels.Where(l => !members.Exists(m => m.Label == l)).ToImmutableArray();
        if (!unknown.IsEmpty)
        {
            throw new SchemaMismatchException(
                $"The number of column {value.Text} is asked for, but {List(unknown)} of its labels {List(value.Labels)} is no member of {type.Name}. "
                + "Add a member for each label, by name or with [EnumMember(Value = \"…\")].");
        }

        var underlying = Enum.GetUnderlyingType(type);
        return new BoundLabel(value, type, [.. members.Select(m => (m.Label, Number(m.Member, underlying)))], ClrTypes.ColumnType(underlying)!.Value, []);
    }

    /// <summary>The member that a label stands for, or null.</summary>
    public static Enum? MemberOf(Type type, string label) => Members(type, [label]).FirstOrDefault().Member;

    private static object Number(Enum member, Type underlying) => Constants.Bind(new ConstantExpr(
        Convert.ChangeType(member, underlying, System.Globalization.CultureInfo.InvariantCulture), underlying)).Value!;

    /// <summary>Every member that a label stands for; of members with one value the first.</summary>
    private static List<(string Label, Enum Member)> Members(Type type, ImmutableArray<string> labels)
    {
        var members = new List<(string Label, Enum Member)>();
        foreach (var name in Enum.GetNames(type))
        {
            var member = (Enum)Enum.Parse(type, name);
            if (Find(member, labels) is [var label] && !members.Exists(m => m.Label == label))
            {
                members.Add((label, member));
            }
        }

        return members;
    }

    private static List<string> Find(Enum member, ImmutableArray<string> labels)
    {
        var spellings = Spellings(member);
        if (labels.IsEmpty)
        {
            return [spellings[0]];
        }

        var exact = spellings.Find(s => labels.Contains(s, StringComparer.Ordinal));
        return exact is not null ? [exact] : [.. labels.Where(l => spellings.Contains(l, StringComparer.OrdinalIgnoreCase))];
    }

    /// <summary>How a label may spell a value: of all members that have it the given labels, then the names.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Fields of an enum are kept with it; without one only its attribute is not seen.")]
    private static List<string> Spellings(Enum member)
    {
        var type = member.GetType();
        var names = Enum.GetNames(type).Where(n => Enum.Parse(type, n).Equals(member)).ToList();
        return [.. names.Select(n => type.GetField(n)?.GetCustomAttribute<EnumMemberAttribute>()?.Value).OfType<string>(), .. names];
    }

    private static string List(IEnumerable<string> labels) => string.Join(", ", labels.Select(l => $"'{l}'"));
}
