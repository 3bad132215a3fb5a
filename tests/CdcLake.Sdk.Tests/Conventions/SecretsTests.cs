using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace CdcLake.Tests.Conventions;

/// <summary>A record prints all its properties; one that carries a secret must print itself differently, lest the secret end in a log.</summary>
public sealed partial class SecretsTests
{
    [Fact]
    public void Records_do_not_print_secrets() =>
        Rule.Holds(Violations(typeof(CdcLakeException).Assembly.GetTypes()), "Make it a class, or write its PrintMembers or ToString without the secret.");

    [Fact]
    public void Rule_objects_to_a_record_with_a_password() => Rule.Objects(Violations([typeof(Login), typeof(QuietLogin)]), nameof(Login));

    private static IEnumerable<string> Violations(IEnumerable<Type> types) =>
        from type in types
        let print = type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where print is not null && print.IsDefined(typeof(CompilerGeneratedAttribute))
        let text = type.GetMethod("ToString", BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly, [])
        where text is null || text.IsDefined(typeof(CompilerGeneratedAttribute))
        from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
        where SecretName().IsMatch(property.Name) && (property.PropertyType == typeof(string) || property.PropertyType == typeof(byte[]))
        select $"{type.FullName}.{property.Name}";

    [GeneratedRegex("Password|Secret|Passphrase|Credential")]
    private static partial Regex SecretName();

    private sealed record Login(string User, string Password);

    private sealed record QuietLogin(string User, string Password)
    {
        public override string ToString() => User;
    }
}
