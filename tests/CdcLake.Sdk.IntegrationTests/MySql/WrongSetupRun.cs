using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Makes a set-up wrong, looks at what is said of it, and puts it right again.</summary>
internal static class WrongSetupRun
{
    // What a system table or an engine is found by comes with the first event, or the snapshot.
    private static readonly string[] FoundLater = ["table.system", "table.engine"];

    /// <param name="server">Connection string of an account with all privileges, at a server that nothing is wrong with.</param>
    /// <param name="setup">What is wrong.</param>
    public static async Task TellAsync(string server, WrongSetup setup)
    {
        await using var database = await NewDatabaseAsync(server, "setup");
        var table = WrongSetup.Fill(setup.Table, database);
        Assert.DoesNotContain(await CheckAsync(database, $"{database.Name}.t"), f => f.Code == setup.Code && f.Severity == setup.Severity && setup.Code is not ("setting.time_zone" or "session.unknown"));
        await using var other = await database.ConnectAsync();
        try
        {
            await database.ExecuteAsync([.. setup.Arrange.Select(s => WrongSetup.Fill(s, database))]);
            if (setup.Session is { } session)
            {
                await other.ExecuteAsync(session, default);
            }

            var findings = await CheckAsync(database, table);
            var finding = Assert.Single(findings, f => f.Code == setup.Code);
            Assert.Equal(setup.Severity, finding.Severity);
            Assert.Contains(WrongSetup.Fill(setup.What, database), finding.Problem, StringComparison.Ordinal);
            Assert.Contains(setup.Why, finding.Reason, StringComparison.Ordinal);
            Assert.Equal(setup.Code.Split('.')[0] is "table" or "column" || setup.Code is "grant.select" or "replica.filter" ? table : database.Options.Endpoint, finding.Where);
            if (setup.Fix is { } fix)
            {
                Assert.Contains(WrongSetup.Fill(fix, database), finding.Fix, StringComparison.Ordinal);
            }
            else
            {
                Assert.Null(finding.Fix);
            }

            Assert.True(!database.Connection.IsMariaDb || finding.Fix?.Contains("SET PERSIST", StringComparison.Ordinal) != true, "MariaDB has no SET PERSIST");
            Assert.Equal(findings.OrderByDescending(f => f.Severity), findings);
            await RunsUnlessErrorAsync(database, table, finding);
        }
        finally
        {
            await database.ExecuteAsync([.. setup.Restore.Select(s => WrongSetup.Fill(s, database))]);
        }
    }

    /// <summary>A database with a table <c>t</c>, whose account may look at sessions.</summary>
    public static async Task<MySqlDatabase> NewDatabaseAsync(string server, string prefix)
    {
        var database = await MySqlDatabase.CreateAsync(server, prefix);
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", $"GRANT SELECT ON performance_schema.* TO {database.QuotedAccount}");
        return database;
    }

    public static Task<IReadOnlyList<MySqlFinding>> CheckAsync(MySqlDatabase database, string table) => new MySqlSource(database.ConnectionString).CheckAsync([table]);

    /// <summary>A run has the same words: of the description of a table, or of the first look at its rows.</summary>
    public static async Task RunsUnlessErrorAsync(MySqlDatabase database, string table, MySqlFinding finding)
    {
        if (finding.Severity != MySqlFindingSeverity.Error || FoundLater.Contains(finding.Code))
        {
            return;
        }

        var source = new MySqlBinlogSource(database.Options, "setup", new MySqlSourceOptions(), TimeProvider.System);
        var error = await Assert.ThrowsAnyAsync<CdcLakeException>(() => source.DescribeAsync([table], default));
        Assert.Contains(finding.Problem, error.Message, StringComparison.Ordinal);
        Assert.Contains(finding.Fix ?? "", error.Message, StringComparison.Ordinal);
    }
}
