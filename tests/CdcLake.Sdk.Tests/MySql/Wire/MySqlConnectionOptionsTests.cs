using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.MySql.Wire.Packets;
using MySqlConnector;

namespace CdcLake.Tests.MySql.Wire;

public sealed class MySqlConnectionOptionsTests
{
    [Fact]
    public void Defaults_are_those_of_MySqlConnector()
    {
        var options = MySqlConnectionOptions.Parse("");
        Assert.Equal("localhost:3306", options.Endpoint);
        Assert.Equal(MySqlSslMode.Preferred, options.SslMode);
        Assert.False(options.AllowPublicKeyRetrieval);
        Assert.Equal(TimeSpan.FromSeconds(15), options.ConnectionTimeout);
        Assert.Null(options.Database);
    }

    [Theory]
    [InlineData("Server=db;Port=3307;User ID=u;Password=p;Database=d")]
    [InlineData("host=db;PORT=3307;uid=u;pwd=p;initial catalog=d")]
    [InlineData("Data Source=db;port=3307;Username=u;PASSWORD=p;DataBase=d")]
    [InlineData("Address=db;Port=3307;user=u;pwd=p;Initial Catalog=d")]
    [InlineData("Addr=db; Port = 3307; UserID = u; Password = 'p'; database=\"d\"")]
    public void Aliases_cases_and_spaces_mean_the_same(string text)
    {
        var options = MySqlConnectionOptions.Parse(text);
        Assert.Equal(("db:3307", "u", "p", "d"), (options.Endpoint, options.User, options.Password, options.Database));
    }

    [Theory]
    [InlineData("None", MySqlSslMode.None)]
    [InlineData("preferred", MySqlSslMode.Preferred)]
    [InlineData("Required", MySqlSslMode.Required)]
    [InlineData("VerifyCA", MySqlSslMode.VerifyCA)]
    [InlineData("VerifyFull", MySqlSslMode.VerifyFull)]
    public void Ssl_mode_is_spelled_as_in_MySqlConnector(string text, object mode) =>
        Assert.Equal((MySqlSslMode)mode, MySqlConnectionOptions.Parse($"SslMode={text}").SslMode);

    [Theory]
    [InlineData("Pooling=false;Maximum Pool Size=5;Default Command Timeout=7;AllowUserVariables=true;Guid Format=Char36;Persist Security Info=true")]
    [InlineData("MinimumPoolSize=1;ConnectionReset=true;CharSet=utf8mb4;TreatTinyAsBoolean=true;DateTimeKind=Utc;Use Compression=true;AutoEnlist=false;ConnectionLifeTime=3")]
    public void Keywords_of_pooling_and_commands_have_no_effect(string text) => Assert.Equal("localhost:3306", MySqlConnectionOptions.Parse(text).Endpoint);

    [Fact]
    public void Options_print_without_the_password()
    {
        var options = MySqlConnectionOptions.Parse("Server=db;User ID=cdc;Password=geheim;Certificate Password=alsosecret");
        Assert.Equal("cdc@db:3306", options.ToString());
    }

    [Fact]
    public void Hosts_are_a_list_and_sockets_start_with_a_slash()
    {
        Assert.Equal(["a", "b"], MySqlConnectionOptions.Parse("Server=a, b").Hosts);
        Assert.Equal("/run/mysqld/s", MySqlConnectionOptions.Parse("Server=/run/mysqld/s;Protocol=unix").Endpoint);
    }

    [Fact]
    public void Data_source_lends_its_password_provider_and_certificate_callbacks()
    {
        var builder = new MySqlDataSourceBuilder("Server=db;User ID=cdc;SSL Mode=Required")
            .UseRemoteCertificateValidationCallback((_, _, _, errors) => errors == System.Net.Security.SslPolicyErrors.None)
            .UseClientCertificatesCallback(_ => ValueTask.CompletedTask)
            .UsePeriodicPasswordProvider((_, _) => new ValueTask<string>("fresh"), TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
        using var dataSource = builder.Build();
        var options = MySqlConnectionOptions.Of(dataSource);
        Assert.Equal("cdc@db:3306", options.ToString());
        Assert.NotNull(options.PasswordCallback);
        Assert.NotNull(options.CertificateValidation);
        Assert.NotNull(options.ClientCertificates);
    }
}
