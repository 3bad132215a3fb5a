using System.Reflection;
using CdcLake.Expressions;
using CdcLake.Expressions.Translation;
using CdcLake.MySql.Tables;
using CdcLake.Planning.Logical;

namespace CdcLake.Testing.Tables;

// .NET              MySQL                       .NET              MySQL
//
// bool, sbyte       tinyint                     string            longtext; varchar(255) in the key
// byte              tinyint unsigned            byte[]            longblob; varbinary(255) in the key
// short, ushort     smallint [unsigned]         DateTime          datetime(6)
// int, uint         int [unsigned]              DateTimeOffset    timestamp(6)
// long, ulong       bigint [unsigned]           DateOnly          date
// float, double     float, double               TimeSpan          time(6)
// decimal           decimal(19,4)               an enum           enum('its', 'labels')

/// <summary>A table as it follows from the row types that a pipeline reads it by, where nobody declared it.</summary>
internal static class RowTypeTable
{
    public const string Charset = "utf8mb4";
    public const string Collation = "utf8mb4_0900_ai_ci";

    /// <param name="name">Qualified name.</param>
    /// <param name="types">Row types, at least one; together they have all columns.</param>
    public static MemoryTable Of(string name, IReadOnlyList<Type> types)
    {
        var key = KeyOf(types);
        var columns = new List<MemoryColumn>();
        foreach (var type in types)
        {
            foreach (var member in RowMembers.Of(type).Members)
            {
                var column = NameOf(member);
                if (!columns.Exists(c => c.Column.Name.Equals(column, StringComparison.OrdinalIgnoreCase)))
                {
                    columns.Add(ColumnOf(type, member, column, 1 + key.IndexOf(column)));
                }
            }
        }

        return new MemoryTable(name, columns, $"row type {string.Join(", ", types.Select(t => t.Name))}");
    }

    private static string NameOf(RowMember member) => member.ColumnName ?? ShapeColumns.Snake(member.Property);

    // [Key], else Id, else the type's name with Id behind it.
    private static List<string> KeyOf(IReadOnlyList<Type> types)
    {
        foreach (var type in types)
        {
            var members = RowMembers.Of(type).Members;
            var marked = members.Where(m => m.IsKey).Select(NameOf).ToList();
            var usual = members.FirstOrDefault(m => m.Property is "Id" or "ID") ?? members.FirstOrDefault(m => m.Property == type.Name + "Id");
            if (marked.Count > 0 || usual is not null)
            {
                return marked.Count > 0 ? marked : [NameOf(usual!)];
            }
        }

        return [];
    }

    private static MemoryColumn ColumnOf(Type type, RowMember member, string name, int keyOrder)
    {
        var isText = ClrTypes.Strip(member.Type) is var bare && (bare == typeof(string) || bare.IsEnum);
        var column = MySqlColumnTypeText.Parse(name, TypeText(bare, keyOrder > 0), isText ? Charset : null, keyOrder == 0 && IsNullable(type.GetProperty(member.Property)!), keyOrder);
        return new MemoryColumn(column with { Collation = isText ? Collation : "" });
    }

    private static bool IsNullable(PropertyInfo property) => property.PropertyType.IsValueType
        ? Nullable.GetUnderlyingType(property.PropertyType) is not null
        : new NullabilityInfoContext().Create(property).ReadState != NullabilityState.NotNull;

    private static string TypeText(Type type, bool isKey) => type switch
    {
        _ when type.IsEnum => $"enum({string.Join(',', StoredText.LabelsOf(type).Select(l => $"'{l.Replace("'", "''", StringComparison.Ordinal)}'"))})",
        _ when type == typeof(byte[]) => isKey ? "varbinary(255)" : "longblob",
        _ when type == typeof(DateOnly) => "date",
        _ when type == typeof(DateTimeOffset) => "timestamp(6)",
        _ when type == typeof(TimeSpan) => "time(6)",
        _ => Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean or TypeCode.SByte => "tinyint",
            TypeCode.Byte => "tinyint unsigned",
            TypeCode.Int16 => "smallint",
            TypeCode.UInt16 => "smallint unsigned",
            TypeCode.Int32 => "int",
            TypeCode.UInt32 => "int unsigned",
            TypeCode.Int64 => "bigint",
            TypeCode.UInt64 => "bigint unsigned",
            TypeCode.Single => "float",
            TypeCode.Double => "double",
            TypeCode.Decimal => "decimal(19,4)",
            TypeCode.DateTime => "datetime(6)",
            _ => isKey ? "varchar(255)" : "longtext",
        },
    };
}
