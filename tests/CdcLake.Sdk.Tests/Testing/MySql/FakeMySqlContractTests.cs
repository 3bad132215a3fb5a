namespace CdcLake.Tests.Testing.MySql;

public sealed class FakeMySqlContractTests
{
    [Theory]
    [MemberData(nameof(SourceContract.Names), MemberType = typeof(SourceContract))]
    public async Task Source_reads_the_fake_as_it_reads_a_server(string check)
    {
        await using var peer = new FakePeer();
        await SourceContract.RunAsync(check, peer);
    }
}
