package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/banfa-go/banfa/desensitize"
)

type revealCommand struct {
	Vault    string `required:"" help:"The vault that a run has kept." placeholder:"FILE"`
	Token    string `required:"" help:"The pseudonym." placeholder:"TEXT"`
	Key      string `required:"" help:"The holder's private key, a PEM file." placeholder:"FILE"`
	Who      string `required:"" help:"Who asks." placeholder:"WHO"`
	Approver string `required:"" help:"Who agreed: somebody else." placeholder:"WHO"`
	Why      string `required:"" help:"The legal ground and the case." placeholder:"TEXT"`
	Log      string `required:"" help:"The log of all questions; each is added before it is answered." placeholder:"FILE"`
}

// revealed is the answer in JSON.
type revealed struct {
	Token string `json:"token"`
	Value string `json:"value"`
}

// Run finds out what one pseudonym stands for.
func (c *revealCommand) Run(a *app) (err error) {
	text, err := os.ReadFile(c.Key)
	if err != nil {
		return err
	}
	key, err := desensitize.VaultKeyOf(text)
	if err != nil {
		return err
	}
	log, closer, err := desensitize.OpenVaultLog(c.Log, a.now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	file, err := os.ReadFile(c.Vault)
	if err != nil {
		return err
	}
	vault, err := desensitize.OpenVault(bytes.NewReader(file), key, log)
	if err != nil {
		return c.translate(err)
	}
	value, err := vault.Reveal(desensitize.VaultRequest{Token: c.Token, Who: c.Who, Why: c.Why, Approver: c.Approver})
	if err != nil {
		return c.translate(err)
	}
	if a.JSON {
		return a.printJSON(revealed{c.Token, string(value)})
	}
	_, err = fmt.Fprintf(a.stdout, "%s\n", value)
	return err
}

func (c *revealCommand) translate(err error) error {
	var request *desensitize.VaultRequestError
	switch {
	case errors.As(err, &request):
		return fail(statusUsage, said("a vault answers no request without a token, who asks, why, and an approver who is somebody else", "还原须写明假名、申请人、批准人（另一人）和事由"))
	case errors.Is(err, desensitize.ErrVaultUnknown):
		return said("the vault does not hold this pseudonym; the question is in the log", "保管库中没有该假名；本次查询已记入日志")
	case errors.Is(err, desensitize.ErrVault):
		return said("the vault is not whole, or sealed to another key", "保管库不完整，或者不是为该密钥所封")
	}
	return err
}
