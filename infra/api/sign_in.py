"""Who issues tokens: the user pool made here, or an issuer of one's own."""

from aws_cdk import Aws, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.stage import Stage
from shared.settings import OPERATOR

ACCESS_TOKEN_LIFE = Duration.minutes(15)
"""How long somebody who was shut out still gets in: the gateway asks nobody about a token."""

SIGNED_IN_FOR = Duration.days(30)
"""After that a coach needs password and second factor again."""

PASSWORD = cognito.PasswordPolicy(
    min_length=12,
    require_lowercase=True,
    require_uppercase=True,
    require_digits=True,
    require_symbols=True,
    temp_password_validity=Duration.days(3),
)


class SignIn(Construct):
    """Attributes: `issuer`, an address, and `audience`, as the gateway's authorizer wants them."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        if stage.issuer is not None:
            self.issuer = stage.issuer.url
            self.audience = stage.issuer.audience
            return
        pool = self._pool(stage)
        self.issuer = pool.user_pool_provider_url
        self.audience = self._app(pool).user_pool_client_id
        cognito.UserPoolGroup(
            self,
            "Operators",
            user_pool=pool,
            group_name=OPERATOR,
            description="Who watches over the whole system: /monitoring/dashboard and /metrics.",
        )
        CfnOutput(Stack.of(self), "UserPoolId", value=pool.user_pool_id)

    def _pool(self, stage: Stage) -> cognito.UserPool:
        """Nobody gets in before the e-mail address is verified, whoever made the account.

        The second factor is an app's code: no message that costs, none that can be diverted. The
        plan is the one that notices stolen passwords and odd sign-ins, for videos of children lie
        behind them.
        """
        return cognito.UserPool(
            self,
            "Pool",
            user_pool_name=stage.full_name,
            feature_plan=cognito.FeaturePlan.PLUS,
            standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
            self_sign_up_enabled=stage.self_sign_up,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            email=_mail(stage),
            keep_original=cognito.KeepOriginalAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            password_policy=PASSWORD,
            mfa=cognito.Mfa.REQUIRED,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=stage.protected,
            # Not `outlives_its_stack`: a first deployment that fails leaves it behind, for it is
            # locked and could not be deleted. That is in nobody's way: names of pools may repeat.
            removal_policy=RemovalPolicy.RETAIN if stage.protected else RemovalPolicy.DESTROY,
        )

    def _app(self, pool: cognito.UserPool) -> cognito.UserPoolClient:
        """The coach's app. No secret: a phone cannot keep one.

        The administrators' flow takes AWS credentials beside the password. It gives an operator a
        token where no app is at hand.
        """
        return cognito.UserPoolClient(
            self,
            "App",
            user_pool=pool,
            generate_secret=False,
            auth_flows=cognito.AuthFlow(user_srp=True, admin_user_password=True),
            disable_o_auth=True,
            access_token_validity=ACCESS_TOKEN_LIFE,
            id_token_validity=ACCESS_TOKEN_LIFE,
            refresh_token_validity=SIGNED_IN_FOR,
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
            read_attributes=_email().with_standard_attributes(email_verified=True),
            write_attributes=_email(),
        )


def _mail(stage: Stage) -> cognito.UserPoolEmail | None:
    """Who sends the codes; Cognito itself, and few of them, where the stage names no sender."""
    if stage.mail_from is None:
        return None
    return cognito.UserPoolEmail.with_ses(
        from_email=stage.mail_from,
        ses_region=Aws.REGION,
        ses_verified_domain=stage.mail_from.partition("@")[2],
    )


def _email() -> cognito.ClientAttributes:
    return cognito.ClientAttributes().with_standard_attributes(email=True)
